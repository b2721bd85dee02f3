"""What goes wrong: the incident, its causes, what is affected and what changed before."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Ref(NamedTuple):
    """An object by its names; what is none of Kubernetes has a kind in small letters, such as `service`."""

    cluster: str
    namespace: str
    kind: str
    name: str

    @property
    def path(self) -> str:
        """Kind and name, as `Deployment/checkout`."""
        return f"{self.kind}/{self.name}"

    def __str__(self) -> str:
        """Return the name as people say it."""
        place = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{place}"


def say_of(ref: Ref, says: str) -> str:
    """Return what is said of an object with the object first.

    Example:
        >>> node = Ref("prod", "", "Node", "n1")
        >>> say_of(node, "it is not ready"), say_of(node, "its disk is full")
        ('Node n1 is not ready', 'Node n1: its disk is full')
    """
    return f"{ref} {says.removeprefix('it ')}" if says.startswith("it ") else f"{ref}: {says}"


@dataclass(frozen=True)
class Cause:
    """What may be why.

    Attributes:
        object: The object to look at, such as `Deployment/checkout`.
        namespace: Of the object.
        says: One sentence, the object first.
        score: From 0 to 1.
        evidence: Ids of the chunks that show it.
        rule: Kind of cause, such as `image`.
    """

    object: str
    namespace: str
    says: str
    score: float
    evidence: tuple[str, ...]
    rule: str


class Affected(NamedTuple):
    """An object that suffers, and how, in few words."""

    object: str
    namespace: str
    says: str
    evidence: tuple[str, ...]


class Change(NamedTuple):
    """What changed before the trouble: the object, one sentence, when, and the chunk that shows it."""

    object: str
    says: str
    at: datetime
    evidence: str


class Seen(NamedTuple):
    """A piece of evidence in words, and how to look at it again."""

    says: str
    chunk_id: str
    command: str


@dataclass(frozen=True)
class Incident:
    """Something that is wrong now.

    Attributes:
        key: Names it: cluster, namespace, root object and kind of cause.
        title: The faulty object first, with its cause.
        causes: The likely one first.
        affected: What is broken by it.
        changes: What changed just before, the latest first.
        seen: The evidence in words.
        began_at: Since when it is so.
        observed_at: When it was seen last.
        severity: error or warning.
        cluster: Where it is.
        namespace: Where it is; empty of what is in none.
        service: Whom it is about.
        evidence: Ids of all chunks that it rests on.
        names: Names of the objects concerned.
    """

    key: str
    title: str
    causes: tuple[Cause, ...]
    affected: tuple[Affected, ...]
    changes: tuple[Change, ...]
    seen: tuple[Seen, ...]
    began_at: datetime
    observed_at: datetime
    severity: str
    cluster: str
    namespace: str
    service: str
    evidence: tuple[str, ...]
    names: tuple[str, ...]
