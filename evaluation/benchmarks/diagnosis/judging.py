"""Whether what is said to be wrong is what was broken, by the words and objects that a fault expects."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from evaluation.benchmarks.diagnosis.fault import Expected
from processors.knowledge.chunk import Chunk
from processors.knowledge.incidents.incident import Cause, Incident
from processors.knowledge.severities import GRAVE

MOST: Final = 3
# Names, paths, images, figures: words that have more than letters, and what they are made of.
_WORD: Final = re.compile(r"[^\s,;()\"'{}]+")
_MARK: Final = re.compile(r"[\d./:=_-]")
_PARTS: Final = re.compile(r"[/=:]+")
_SHARE: Final = 0.5


class Verdict(NamedTuple):
    """How an answer fares.

    Attributes:
        is_object: The first cause names the object.
        is_cause: It names the object and says why.
        is_among: One of the first three names the object.
        is_grounded: Its evidence shows what it says.
        is_elsewhere: Its object is in a namespace that has nothing to do with the fault.
        said: What the first cause says.
    """

    is_object: bool
    is_cause: bool
    is_among: bool
    is_grounded: bool
    is_elsewhere: bool
    said: str


def choose_incidents(incidents: Sequence[Incident], namespace: str) -> list[Incident]:
    """Return the incidents of a namespace, and those that something in it suffers from, in their order.

    If there are none, all others are returned: the answer then tells of the cluster.
    """
    near = [
        one
        for one in incidents
        if one.namespace == namespace or any(each.namespace == namespace for each in one.affected)
    ]
    return sorted(
        near or incidents,
        key=lambda one: (one.severity not in GRAVE, -one.began_at.timestamp(), one.title, one.key),
    )


def list_causes(incidents: Sequence[Incident]) -> list[Cause]:
    """Return causes in the order in which a person reads them: of each incident the likely one first."""
    return [cause for incident in incidents for cause in incident.causes]


def judge(
    causes: Sequence[Cause], expected: Expected, chunks: Mapping[str, Chunk], namespace: str
) -> Verdict:
    """Compare causes with what is expected.

    Args:
        causes: The first is what is answered.
        expected: Of the fault.
        chunks: All that is known, by id.
        namespace: That was asked about.
    """
    if not causes:
        return Verdict(
            is_object=False, is_cause=False, is_among=False, is_grounded=False, is_elsewhere=False, said=""
        )
    first = causes[0]
    objects = [name_cause(one) for one in causes]
    is_object = objects[0] in expected.objects
    places = {namespace, "", *(place for _, place, _ in expected.objects)}
    return Verdict(
        is_object=is_object,
        is_cause=is_object and has_words(first.says, expected),
        is_among=any(one in expected.objects for one in dict.fromkeys(objects[:MOST])),
        is_grounded=is_grounded(first, [chunks[id_] for id_ in first.evidence if id_ in chunks]),
        is_elsewhere=first.namespace not in places,
        said=first.says,
    )


def name_cause(cause: Cause) -> tuple[str, str, str]:
    """Return kind, namespace and name of a cause's object."""
    kind, _, name = cause.object.partition("/")
    return kind, cause.namespace, name


def has_words(said: str, expected: Expected) -> bool:
    """Tell whether a word of each group is said."""
    return all(any(word.lower() in said.lower() for word in group) for group in expected.words)


def is_grounded(cause: Cause, evidence: Sequence[Chunk]) -> bool:
    """Tell whether evidence names a cause's object and has at least half of the names and figures said."""
    shown = " ".join(
        part.lower() for one in evidence for part in (one["title"], one["text"], *one["labels"].values())
    )
    _, _, name = name_cause(cause)
    words = [word.strip(".:") for word in _WORD.findall(cause.says.lower())]
    facts = {part for word in words if _MARK.search(word) for part in _PARTS.split(word) if part}
    named = re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)", shown)
    return bool(named) and sum(fact in shown for fact in facts) >= _SHARE * len(facts)
