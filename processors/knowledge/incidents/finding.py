"""What rules say of objects: what is wrong with one, and which other object that may come from."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.world import World

STATED: Final = 0.95
"""The API states it: a reason, a message, a condition."""

SEEN: Final = 0.85
"""It is plain from the objects themselves, such as a selector beside labels."""

INFERRED: Final = 0.7
"""It follows from several things together."""

SYMPTOM: Final = 0.3
"""Something is wrong there, and this doesn't say why."""


class Finding(NamedTuple):
    """What is wrong with an object.

    Attributes:
        object: That would have to be edited if this is the cause.
        rule: Kind of cause.
        says: Goes on after the object's name: "is scaled to zero".
        strength: How far the evidence speaks for it, from 0 to 1; one of the constants, or between them.
        evidence: Ids of the chunks that show it, the best first.
        since: When it began.
        severity: error or warning.
        alone: Whether it is trouble by itself; else it counts only if something suffers from it.
    """

    object: Ref
    rule: str
    says: str
    strength: float
    evidence: tuple[str, ...]
    since: datetime
    severity: str = "error"
    alone: bool = True


class Link(NamedTuple):
    """A relation along which trouble comes: from the cause to the effect.

    Attributes:
        effect: The object that suffers.
        cause: The object that it may suffer from.
        weight: How likely trouble of this relation comes from there, from 0 to 1.
    """

    effect: Ref
    cause: Ref
    weight: float


Rule = Callable[[World], Iterable[Finding | Link]]
"""Reads the world and says what it finds."""
