"""Since when a line has been logged, and in how many windows: what is wrong today may be so every day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from processors.retrieval.readings.requests import build_seen_query
from processors.retrieval.readings.seen import Seen

_MOST_WINDOWS: Final = 1_000
# Windows are hours: one that is empty parts two runs of a line.
_BREAK: Final = timedelta(hours=2)


class History(NamedTuple):
    """When lines of one pattern were logged.

    Attributes:
        windows: In how many windows, of the newest thousand.
        first: When the first of them began.
        since: When the last run without a break began.
        newest: The newest of them.
    """

    windows: int
    first: datetime
    since: datetime
    newest: Seen


def build_history_query(documents: Collection[str], conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for the windows of some patterns.

    Args:
        documents: Ids of the patterns' documents, at least one.
        conditions: What every chunk must fulfil; of any time.
    """
    of_them = [{"terms": {"doc_id": sorted(documents)}}, *conditions]
    return build_seen_query(of_them, ("log_pattern",), size=_MOST_WINDOWS)


def read_histories(seen: Iterable[Seen]) -> Mapping[str, History]:
    """Return the history of each document.

    Args:
        seen: The windows that `build_history_query` finds, the newest first.
    """
    windows: dict[str, list[Seen]] = {}
    for one in seen:
        windows.setdefault(one.hit["doc_id"], []).append(one)
    return {document: _read_history(of_one) for document, of_one in windows.items()}


def _read_history(newest_first: Sequence[Seen]) -> History:
    since = newest_first[0].began
    for one in newest_first:
        if since - one.observed > _BREAK:
            break
        since = min(since, one.began)
    first = min(one.began for one in newest_first)
    return History(len(newest_first), first, since, newest_first[0])
