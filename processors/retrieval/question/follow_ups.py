"""The rules for follow-ups: "and how do I check that?" is searched with what was spoken of before.

The words that the last whole question was about are added to an elliptical one. Only what people asked is
read for that, never the text of an answer, for that may quote a document.
"""

from collections.abc import Sequence
from typing import Final

from processors.retrieval.question.ellipsis import (
    WORDS,
    find_swapped,
    is_elliptical,
    is_empty,
    is_name,
    list_content,
    split_words,
)

_MOST_WORDS: Final = 12
# One that has fewer was most likely a follow-up itself.
_ENOUGH_WORDS: Final = 3


def rewrite_follow_up(question: str, before: Sequence[str], titles: Sequence[str] = ()) -> str | None:
    """Return an elliptical question as one that stands for itself, None if nothing says what it is about.

    Args:
        question: An elliptical one.
        before: What the same person asked before, oldest first.
        titles: Of what the last answer cited; they stand in where the last question named nothing.

    Example:
        >>> rewrite_follow_up("and how do I check that?", ["The OpenSearch cluster is red. What do I do?"])
        'and how do I check that? OpenSearch cluster red'
        >>> rewrite_follow_up("what about Kafka?", ["How do I restart Redis?"])
        'what about Kafka? restart'
        >>> rewrite_follow_up("why?", []) is None
        True
    """
    if not before:
        return None
    named = find_swapped(question)
    words = _find_topic(before, without_names=any(is_name(word.text) for word in named))
    if not words:
        words = [word.text for title in titles[:1] for word in split_words(title)]
    known = {word.text.lower() for word in split_words(question)}
    added = list(dict.fromkeys(word for word in words if word.lower() not in known))[:_MOST_WORDS]
    return f"{question} {' '.join(added)}" if added else None


def names_nothing(before: Sequence[str]) -> bool:
    """Tell whether nothing that was asked before says what a follow-up is about.

    Example:
        >>> names_nothing(["What just happened?"]), names_nothing(["Redis is down", "why?"])
        (True, False)
    """
    return not _find_topic(before)


def _find_topic(before: Sequence[str], *, without_names: bool = False) -> list[str]:
    """Return the words that the last whole question was about, and of the one before if those are few."""
    topic: list[str] = []
    for question in reversed(before):
        content = list_content(question)
        if not content or (is_elliptical(question) and question is not before[0]):
            continue
        words = [word.text for word in split_words(question) if not is_empty(word.text)]
        words = [word for word in words if word.lower() not in WORDS["vague"]]
        topic = [*(word for word in words if not (without_names and is_name(word))), *topic]
        if len(words) >= _ENOUGH_WORDS:
            break
    return topic
