"""Whether the record of actions is as it was written.

python -m processors.pipelines.actions.audit verify
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from processors.knowledge import topics
from processors.knowledge.actions.audit import BEGIN, AuditError, compare_copies, verify_records
from processors.settings import load_settings
from processors.settings.stores import Kafka
from processors.stores.actions.audit import INDEX, read_kept
from processors.stores.actions.audit_topic import read_sent
from processors.stores.search import open_search

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from opensearchpy import OpenSearch


class Verified(NamedTuple):
    """A record that is whole, in both copies."""

    records: int
    last: str
    """Hash of the last one; whoever noted it elsewhere can tell that nothing was written anew."""
    waiting: int
    """Records that Kafka doesn't hold yet; the next action sends them."""


def verify_audit(
    client: OpenSearch, broker: Kafka, index: str = INDEX, topic: str = topics.AUDIT
) -> Verified:
    """Read both copies of the record, and return what they hold.

    Args:
        client: OpenSearch.
        broker: Address and login of Kafka.
        index: Of the records.
        topic: Of the records.

    Raises:
        AuditError: A record was changed, taken out, put in, moved, cut off or written anew.
    """
    # Kafka first: what is appended meanwhile is more in OpenSearch, which is no fault.
    sent = _verify("Kafka", read_sent(broker, topic))
    kept = _verify("OpenSearch", read_kept(client, index=index))
    return Verified(len(kept), kept[-1] if kept else BEGIN, compare_copies(kept, sent))


def _verify(copy: str, told: Iterable[Any]) -> list[str]:
    try:
        return verify_records(told)
    except AuditError as error:
        raise AuditError(f"{copy}: {error}") from error


def main(arguments: Sequence[str]) -> int:
    """Tell whether the record is as it was written."""
    if list(arguments) != ["verify"]:
        sys.stderr.write("usage: python -m processors.pipelines.actions.audit verify\n")
        return 2
    settings = load_settings()
    try:
        records, last, waiting = verify_audit(open_search(settings.opensearch), settings.kafka)
    except AuditError as error:
        sys.stderr.write(f"the record of actions isn't as it was written. {error}\n")
        return 1
    told = f"; {waiting} of them wait to be sent to Kafka" if waiting else ""
    sys.stdout.write(
        f"{records} records, whole, in order and the same in both copies{told}; "
        f"the last one's hash is {last}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
