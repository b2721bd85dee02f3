"""Which kind of question it is, told by its words: no model is asked."""

from typing import Final

from processors.knowledge.mlflow.asking import read_ask
from processors.retrieval.question.kind import Kind
from processors.retrieval.question.kind_patterns import search_pattern
from processors.retrieval.question.wrapping import drop_opening

_OF_RANK: Final = frozenset({"best", "worst", "highest", "lowest", "production"})
_OF_RIVALS: Final = frozenset({"better", "worse"})
# Whoever speaks of the platform's own versions without asking says more words.
_SHORT: Final = 6
_SHORT_OF_RUNS: Final = 9
_LAST: Final[tuple[Kind, ...]] = ("wrong", "health", "list")


def find_kind(plain: str) -> Kind | None:
    """Return the kind that a question's own words tell, None if they tell none.

    Args:
        plain: From `read_plainly`, without the words of a time.

    Example:
        >>> [find_kind(asked) for asked in ("what is broken?", "why is checkout down?", "что менялось?")]
        ['wrong', 'why', 'changed']
        >>> find_kind("opensearch cluster is red") is None
        True
    """
    if is_chat(plain):
        return "chat"
    plain = drop_opening(plain)
    return (
        _find_told(plain)
        or _find_of_versions(plain)
        or _find_of_change(plain)
        or _find_measured(plain)
        or ("health" if _fits("of_place", plain) else None)
        or next((kind for kind in _LAST if _fits(kind, plain)), None)
        or ("meaning" if _fits("meaning_weak", plain) else None)
    )


def is_chat(plain: str) -> bool:
    """Tell whether a text is a greeting, thanks or a question for what can be asked, and nothing else.

    Example:
        >>> is_chat("ok, thanks!"), is_chat("ok, and now?")
        (True, False)
    """
    return _fits("chat", plain)


def guess_kind(plain: str) -> Kind:
    """Return the kind of a question whose words tell none.

    Who only says what is wrong ("kafka broker down") wants to know what to do.

    Example:
        >>> guess_kind("kafka broker down"), guess_kind("is it possible to use another database?")
        ('procedure', 'fact')
    """
    plain = drop_opening(plain)
    if _fits("action", plain) and not _fits("amount", plain):
        return "procedure"
    return "fact" if _fits("question", plain) else "procedure"


def _fits(name: str, plain: str) -> bool:
    return search_pattern(name, plain) is not None


def _find_told(plain: str) -> Kind | None:
    """Find what nothing has to be observed for."""
    told: tuple[Kind, ...] = ("write", "meaning")
    if kind := next((kind for kind in told if _fits(kind, plain)), None):
        return kind
    return "procedure" if _fits("procedure", plain) and not _fits("happened", plain) else None


def _find_of_versions(plain: str) -> Kind | None:
    """Find questions about the knowledge's own versions, and about runs that are compared."""
    is_asked = _fits("question", plain) or _fits("why", plain)
    if (is_asked or plain.count(" ") < _SHORT) and _fits("platform", plain):
        return "platform"
    if not (is_asked or plain.count(" ") < _SHORT_OF_RUNS) or _fits("count", plain):
        return None
    ask = read_ask(plain)
    is_ranked = ask is not None and ask.wish in _OF_RANK and _fits("of_runs", plain)
    return "best" if is_ranked or (ask is not None and ask.wish in _OF_RIVALS) else None


def _find_of_change(plain: str) -> Kind | None:
    order: tuple[Kind, ...] = ("why", "changed")
    return next((kind for kind in order if _fits(kind, plain)), None)


def _find_measured(plain: str) -> Kind | None:
    """Tell a question for how often from one for how much; what is allowed or needed is neither."""
    if _fits("allowed", plain) or _fits("listed_first", plain):
        return None
    if _fits("counted_first", plain):
        return "count"
    if _fits("value", plain):
        return "value"
    asked = search_pattern("count", plain)
    return "count" if asked and search_pattern("counted", plain, asked.end()) else None
