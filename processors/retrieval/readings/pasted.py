"""A line of a log that somebody pastes: since when such lines are logged, and the newest window of them."""

import re
from collections.abc import Sequence
from typing import Any, Final

from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.recurring import History
from processors.retrieval.readings.requests import build_seen_query
from processors.retrieval.readings.seen import quote_seen
from processors.retrieval.readings.telling import Telling

_LEAST_WORDS: Final = 4
# Of a title, which holds the message with its numbers left out, there are no more characters.
_LONGEST: Final = 160
# At most a quarter of the words may be missing; of three all are needed.
_SHARED: Final = "3<-25%"
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "once": "Logged in one window, at {since}:",
        "since": "Such lines are logged since {since}, in {windows} windows, the newest:",
        "again": (
            "Such lines are logged since {since}, and were before, the first at {first}; "
            "in {windows} windows, the newest:"
        ),
    },
    "ru": {
        "once": "Есть в одном окне логов, в {since}:",
        "since": "Такие строки в логах с {since}; окон логов: {windows}, последнее:",
        "again": (
            "Такие строки в логах с {since}, были и раньше, первая в {first}; "
            "окон логов: {windows}, последнее:"
        ),
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
    # What has a digit in it is another one each time.
    words = " ".join(word for word in line[:_LONGEST].split() if not re.search(r"\d", word))
    alike = {"match": {"title": {"query": words, "minimum_should_match": _SHARED}}}
    body = build_seen_query(conditions, ("log_pattern",), size=1)
    body["query"]["bool"]["must"] = [alike]
    return {**body, "sort": ["_score", {"observed_at": "desc"}]}


def tell_pasted(history: History, telling: Telling) -> Reading:
    """Return since when such lines are logged; what documents say of them belongs to the answer.

    Args:
        history: Of such lines.
        telling: How it is worded.
    """
    key = "once" if history.windows == 1 else "since" if history.since == history.first else "again"
    text = _WORDS[telling.language][key].format(
        since=telling.at(history.since), first=telling.at(history.first), windows=history.windows
    )
    newest = history.newest
    line = Line(text, (newest.key,), quote=quote_seen(newest), role="verdict")
    return make_reading([line], [newest.hit])._replace(is_partial=True)
