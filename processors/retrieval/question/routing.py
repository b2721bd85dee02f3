"""Which knowledge a question is for: documents, what was observed, or both when that isn't plain.

Its kind decides. One side is left out only where it has nothing to say: a page doesn't know which alerts fire
now, and a log doesn't know how a key is rotated. All else reads both.
"""

from typing import Final

from processors.retrieval.question import route_patterns as patterns
from processors.retrieval.question.kind import Kind
from processors.retrieval.question.route import Route
from processors.retrieval.question.veiling import veil_names
from processors.retrieval.question.wrapping import drop_opening

_OBSERVED: Final[dict[Kind, str]] = {
    "wrong": "asks what happened or how something is",
    "changed": "asks what was changed",
    "health": "asks what happened or how something is",
    "count": "asks how often something happened",
    "value": "asks how much there is of something",
    "best": "asks which run is best",
    "list": "asks what happened or how something is",
}
_TAUGHT: Final[frozenset[Kind]] = frozenset({"procedure", "meaning", "write"})


def choose_route(question: str, kind: Kind, *, names_time: bool) -> Route:
    """Return where a question is looked up.

    Args:
        question: In English or Russian, one that stands for itself.
        kind: What it asks for.
        names_time: Whether it names a time.

    Example:
        >>> choose_route("How do I rotate the API key?", "procedure", names_time=False).name
        'cag'
        >>> choose_route("Which alerts are firing?", "list", names_time=False)
        Route(name='rag', reason='asks what happened or how something is')
        >>> choose_route("Почему перезапустился checkout?", "why", names_time=False)
        Route(name='both', reason='may need documents and what was observed')
    """
    veiled = veil_names(question)
    wording = drop_opening(veiled)
    if kind in _TAUGHT and patterns.TAUGHT.search(wording):
        live = _find_live_signal(question, veiled, names_time=names_time)
        if not live:
            return Route("cag", "asks how something is done or what it means, and names nothing live")
        return Route("both", f"asks how something is done, and {live}")
    if kind in _OBSERVED and not patterns.ADVICE.search(patterns.ASKING.sub("", wording)):
        return Route("rag", _OBSERVED[kind])
    return Route("both", "may need documents and what was observed")


def _find_live_signal(question: str, veiled: str, *, names_time: bool) -> str:
    """Return what in a question points at something that runs, or nothing."""
    if patterns.PRESENT.search(veiled):
        return "speaks of the present"
    if match := patterns.LIVE_NAME.search(question):
        return f"names {match[0]}, which looks live"
    return "names a time" if names_time else ""
