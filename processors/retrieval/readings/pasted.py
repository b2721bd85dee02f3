"""A line of a log that somebody pastes: since when such lines are logged, and the newest window of them."""

from collections.abc import Sequence
from typing import Any, Final

from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.recurring import History
from processors.retrieval.readings.requests import build_seen_query
from processors.retrieval.readings.seen import Seen, list_hits, quote_seen
from processors.retrieval.readings.telling import Telling

_LEAST_WORDS: Final = 4
# Who pastes a trace pastes its message first.
_LONGEST: Final = 300
# Numbers and names of a line are others each time; of three words all are needed.
_SHARED: Final = "3<75%"
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "once": "Logged in one window, at {at}:",
        "again": "Such lines are logged since {at}, in {windows} windows, the newest:",
    },
    "ru": {
        "once": "Есть в одном окне логов, в {at}:",
        "again": "Такие строки в логах с {at}; окон логов: {windows}, последнее:",
    },
}


def may_be_pasted(text: str) -> bool:
    """Tell whether a text is long enough for a line of a log: "disk is full" is what people say.

    Example:
        >>> may_be_pasted("ERROR payment gateway timed out"), may_be_pasted("payment timed out")
        (True, False)
    """
    return len(text.split()) >= _LEAST_WORDS


def build_pasted_query(line: str, conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for the window that has most of a pasted line's words.

    Args:
        line: As it was pasted.
        conditions: What every chunk must fulfil.
    """
    alike = {"match": {"text": {"query": line[:_LONGEST], "minimum_should_match": _SHARED}}}
    body = build_seen_query(conditions, ("log_pattern",), size=1)
    body["query"]["bool"]["must"] = [alike]
    return {**body, "sort": ["_score", {"observed_at": "desc"}]}


def tell_pasted(newest: Seen, history: History, telling: Telling) -> Reading:
    """Return since when such lines are logged; what documents say of them belongs to the answer.

    Args:
        newest: Window of such lines.
        history: Of all of them.
        telling: How it is worded.
    """
    key = "once" if history.windows == 1 else "again"
    text = _WORDS[telling.language][key].format(at=telling.at(history.since), windows=history.windows)
    line = Line(text, (newest.key,), quote=quote_seen(newest), role="verdict")
    return make_reading([line], list_hits([newest]))._replace(is_partial=True)
