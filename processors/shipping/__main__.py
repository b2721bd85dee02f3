"""`python -m processors.shipping`: the program that rsyslog gives the lines of the stack's log files."""

import sys
from functools import partial

import structlog
from opensearchpy import OpenSearch

from processors.knowledge.logs.stored_lines import FileLine, make_document
from processors.logs import configure_logs
from processors.settings import load_settings
from processors.shipping.conversation import converse
from processors.stores.log_store import StoreAwayError, write_lines
from processors.stores.search import open_search

log = structlog.get_logger(__name__)


def main() -> None:
    """Write what rsyslog says until it ends."""
    settings = load_settings()
    configure_logs("WARNING", "log-store", settings.versions.code_commit)
    write = partial(ship, open_search(settings.opensearch), settings.versions.code_commit)
    converse(sys.stdin.buffer, _say, write)


def ship(client: OpenSearch, commit: str, lines: list[FileLine]) -> str:
    """Store lines, and return why that could not be done, or nothing.

    Args:
        client: OpenSearch.
        commit: Of the stack.
        lines: Of one transaction.
    """
    try:
        refused = write_lines(client, (make_document(line, commit) for line in lines))
    except StoreAwayError as error:
        log.warning("OpenSearch takes no lines", error=str(error)[:500])
        return "OpenSearch takes no lines"
    if refused:
        log.error("lines were refused", count=len(refused), first=refused[0][:500])
    return ""


def _say(answer: str) -> None:
    sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
