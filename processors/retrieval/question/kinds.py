"""Which kind of question it is, told by its words: no model is asked."""

import re

from processors.knowledge.mlflow.asking import read_ask
from processors.retrieval.question import kind_patterns as patterns
from processors.retrieval.question.kind import Kind

_OF_RANK = frozenset({"best", "worst", "highest", "lowest"})


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
    if patterns.CHAT.search(plain):
        return "chat"
    if patterns.WRITE.search(plain):
        return "write"
    if patterns.MEANING.search(plain):
        return "meaning"
    if patterns.PROCEDURE.search(plain) and not patterns.HAPPENED.search(plain):
        return "procedure"
    if patterns.QUESTION.search(plain) or patterns.WHY.search(plain) or _is_short(plain):
        if patterns.PLATFORM.search(plain) or patterns.PLATFORM_RU.search(plain):
            return "platform"
        if _asks_for_best(plain):
            return "best"
    if patterns.WHY.search(plain):
        return "why"
    if patterns.CHANGED.search(plain):
        return "changed"
    return _find_measured(plain) or next(
        (kind for kind, pattern in patterns.RULES if pattern.search(plain)), None
    )


def guess_kind(plain: str) -> Kind:
    """Return the kind of a question whose words tell none.

    Who only says what is wrong ("kafka broker down") wants to know what to do.

    Example:
        >>> guess_kind("kafka broker down"), guess_kind("is it possible to use another database?")
        ('procedure', 'fact')
    """
    if patterns.ACTION.search(plain):
        return "procedure"
    return "fact" if patterns.QUESTION.search(plain) else "procedure"


def _is_short(plain: str) -> bool:
    return plain.count(" ") < 6


def _asks_for_best(plain: str) -> bool:
    if not patterns.OF_RUNS.search(plain):
        return False
    ask = read_ask(plain)
    return bool((ask and ask.wish in _OF_RANK) or patterns.BETTER.search(plain))


def _find_measured(plain: str) -> Kind | None:
    """Tell a question for how often from one for how much; what is allowed or needed is neither."""
    if patterns.ALLOWED.search(plain):
        return None
    if patterns.VALUE.search(plain):
        return "value"
    asked: re.Match[str] | None = patterns.COUNT.search(plain)
    return "count" if asked and patterns.COUNTED.search(plain, asked.end()) else None
