"""The last step of every dynamic chunk: whatever a builder made of a record can be written, and by whom seen.

Builders say what they know. That a chunk's text is writable, its keywords short enough for OpenSearch, its
times believable and its readers those of the policy is seen to here, once for all of them.
"""

from datetime import datetime
from typing import Any, Final

from processors.access_policy import AccessPolicy, choose_groups
from processors.chunk import Chunk
from processors.knowledge.times import EARLIEST, bound_moment
from processors.knowledge.untrusted import clean_strings

LONGEST_KEYWORD: Final = 1_000
"""Characters of a name; OpenSearch takes 32,766 bytes, of which a character may need four."""

LONGEST_VALUE: Final = 500
"""Characters of a value that a question may name; nobody types a longer one."""

LONGEST_TEXT: Final = 60_000
"""Characters of a chunk's text, some ten times what a model is ever shown of it."""

MOST_VALUES: Final = 2_000
_NAMES: Final = ("source", "title", "cluster", "namespace", "service", "severity")
_CUT: Final = "…"


def seal_chunk(chunk: Chunk, clock: datetime, policy: AccessPolicy) -> Chunk:
    """Return a chunk that can be written, bounded in every field, with the groups that may see it.

    Args:
        chunk: As a builder made it.
        clock: The broker's time of the newest record that it was made from.
        policy: Who may see what.

    Example:
        >>> from datetime import UTC
        >>> from processors.access_policy import PUBLIC_POLICY
        >>> chunk = {"kind": "alert", "title": "x", "text": "cut \\ud83d", "service": "s" * 40_000,
        ...          "source": "", "cluster": "", "namespace": "", "severity": "error", "labels": {},
        ...          "cite": {}, "observed_at": "2099-01-01T00:00:00+00:00", "ingested_at": ""}
        >>> sealed = seal_chunk(chunk, datetime(2026, 11, 21, tzinfo=UTC), PUBLIC_POLICY)
        >>> sealed["text"], len(sealed["service"]), sealed["observed_at"][:4], sealed["acl"]
        ('cut �', 1000, '2026', ['public'])
    """
    sealed: Chunk = clean_strings(chunk)
    fields: dict[str, Any] = {name: _cut(str(chunk[name]), LONGEST_KEYWORD) for name in _NAMES}
    sealed.update(clean_strings(fields))
    sealed["text"] = _cut(sealed["text"], LONGEST_TEXT)
    sealed["labels"] = {name: _cut(str(value), LONGEST_KEYWORD) for name, value in sealed["labels"].items()}
    if "values" in sealed:
        sealed["values"] = [v for v in sealed["values"] if len(v) <= LONGEST_VALUE][-MOST_VALUES:]
    observed = bound_moment(datetime.fromisoformat(chunk["observed_at"]), clock)
    sealed["observed_at"] = observed.isoformat()
    if "began_at" in sealed:
        began = datetime.fromisoformat(sealed["began_at"])
        sealed["began_at"] = (began if EARLIEST <= began <= observed else observed).isoformat()
    sealed["acl"] = choose_groups(policy, sealed)
    return sealed


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + _CUT
