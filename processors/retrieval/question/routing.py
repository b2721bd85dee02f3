"""Which knowledge a question is for: documents, what was observed, or both when that isn't plain.

The words of the question decide, no model is asked. One side is left out only where it has nothing to say: a
page doesn't know which alerts fire now, and a log doesn't know how a key is rotated. All else reads both.
"""

from processors.retrieval.question import route_patterns as patterns
from processors.retrieval.question.route import Route


def choose_route(question: str, *, names_time: bool) -> Route:
    """Return where a question is looked up.

    Args:
        question: In English or Russian, one that stands for itself.
        names_time: Whether it names a time.

    Example:
        >>> choose_route("How do I rotate the API key?", names_time=False).name
        'cag'
        >>> choose_route("Which alerts are firing?", names_time=False)
        Route(name='rag', reason='asks what happened or how something is')
        >>> choose_route("Почему перезапустился checkout?", names_time=False)
        Route(name='both', reason='may need documents and what was observed')
    """
    if patterns.TAUGHT.search(question):
        live = _find_live_signal(question, names_time=names_time)
        if not live:
            return Route("cag", "asks how something is done or what it means, and names nothing live")
        return Route("both", f"asks how something is done, and {live}")
    if patterns.HAPPENED.search(question) and not patterns.ADVICE.search(question):
        return Route("rag", "asks what happened or how something is")
    if _asks_how_often(question):
        return Route("rag", "asks how often something happened")
    return Route("both", "may need documents and what was observed")


def _asks_how_often(question: str) -> bool:
    asked = patterns.COUNT.match(question)
    if asked is None or patterns.ALLOWED.search(question):
        return False
    counted = patterns.COUNTED.search(question, asked.end())
    return counted is not None and not patterns.ADVICE.search(question, asked.end())


def _find_live_signal(question: str, *, names_time: bool) -> str:
    """Return what in a question points at something that runs, or nothing."""
    if patterns.PRESENT.search(question):
        return "speaks of the present"
    if match := patterns.LIVE_NAME.search(question):
        return f"names {match[0]}, which looks live"
    return "names a time" if names_time else ""
