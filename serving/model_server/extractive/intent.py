"""What is quoted for a question: steps, what happened, or a fact. Its kind tells."""

from datetime import UTC, datetime
from typing import Final, Literal

from processors.retrieval.question.kind import Kind
from processors.retrieval.question.understanding import understand

Intent = Literal["procedure", "incident", "fact"]

LATER: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Only the words are of interest, and no time that was asked about lies ahead of it."""
_INTENTS: Final[dict[Kind, Intent]] = {
    "wrong": "incident",
    "why": "incident",
    "changed": "incident",
    "health": "incident",
    "count": "incident",
    "value": "incident",
    "best": "incident",
    "list": "incident",
    "procedure": "procedure",
    "write": "procedure",
    "meaning": "fact",
    "platform": "fact",
    "chat": "fact",
    "fact": "fact",
}


def find_intent(question: str) -> Intent:
    """Tell what is asked for: steps, what happened or how something is, or a fact.

    Example:
        >>> find_intent("How do I fix it?"), find_intent("What just happened?"), find_intent("What is lag?")
        ('procedure', 'incident', 'fact')
        >>> find_intent("Что делать, если кластер красный?"), find_intent("Почему упал Redis?")
        ('procedure', 'incident')
    """
    return _INTENTS[understand(question, LATER).kind]
