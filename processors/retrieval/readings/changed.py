"""What changed: rollouts, images, settings, models and deletions, the newest first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from processors.knowledge.incidents.changes import list_changes as list_world_changes
from processors.knowledge.incidents.observation import observe
from processors.knowledge.incidents.world import World, build_world
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_seen
from processors.retrieval.readings.survey import Survey, cite_survey, say_looked_at
from processors.retrieval.readings.telling import Telling

KINDS: Final = ("k8s_state", "k8s_event", "ml_model")
LOOKED_BACK: Final = timedelta(days=1)
"""How far is looked back if no time is asked about."""

_MOST: Final = 10
_MOST_ELSEWHERE: Final = 5
_CITED: Final = 2
_REASONS: Final = frozenset(
    {
        "ScalingReplicaSet", "DeploymentRollback", "SuccessfulRescale", "NodeNotReady", "NodeReady",
        "Rebooted", "RegisteredNode", "NodeNotSchedulable", "NodeSchedulable",
    }
)  # fmt: skip
# Pods come and go with what makes them.
_MADE: Final = ("Pod ", "ReplicaSet ", "EndpointSlice ", "Job ")
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "made": "{when}: {title} was made",
        "nothing": "No change was seen{where} {when}: looked at {looked}, as of {as_of}.",
        "where": " with {place}",
        "back": "in the last 24 hours",
        "elsewhere": "What changed elsewhere {when}:",
    },
    "ru": {
        "made": "{when}: создано: {title}",
        "nothing": "Изменений не видно{where} {when}: просмотрено {looked}; по состоянию на {as_of}.",
        "where": " ({place})",
        "back": "за последние 24 часа",
        "elsewhere": "Что менялось в других местах {when}:",
    },
}


class Changed(NamedTuple):
    """A change: when, in our words, what the source says of it, and the chunk that shows it."""

    at: datetime
    says: str
    quote: str
    evidence: str


def find_changes(found: Sequence[Seen], window: TimeWindow, telling: Telling) -> list[Changed]:
    """Return what changed in a window, the newest first.

    Args:
        found: Observations of `KINDS`.
        window: What changed at other times is left out.
        telling: How it is worded.
    """
    told = [*_list_rollouts(found, window, telling), *_list_others(found, telling)]
    changes: dict[tuple[datetime, str], Changed] = {}
    for one in sorted(told, key=lambda one: (-one.at.timestamp(), one.evidence)):
        if window.begin <= one.at <= window.end:
            changes.setdefault((one.at, one.says + one.quote), one)
    return [*changes.values()]


def _list_rollouts(found: Iterable[Seen], window: TimeWindow, telling: Telling) -> Iterator[Changed]:
    """Yield what differs from the state before, and who changed an object."""
    world = _build_world(found, telling.now)
    for ref in world.states:
        for one in list_world_changes(world, [ref], window.end):
            yield Changed(one.at, f"{telling.at(one.at)}: {one.says}", "", one.evidence)


def _build_world(found: Iterable[Seen], now: datetime) -> World:
    states = (one for one in found if one.kind == "k8s_state")
    return build_world((observe({**one.hit, **one._asdict()}) for one in states), now)


def _list_others(found: Iterable[Seen], telling: Telling) -> Iterator[Changed]:
    for seen in found:
        is_event = seen.kind == "k8s_event" and seen.labels.get("reason") in _REASONS
        if is_event or seen.kind == "ml_model" or "deleted" in seen.labels:
            when = telling.at(seen.observed)
            yield Changed(seen.observed, f"{when}:", quote_seen(seen), seen.key)
        elif (made := seen.labels.get("made_at")) and not seen.hit["title"].startswith(_MADE):
            at = datetime.fromisoformat(made)
            said = _WORDS[telling.language]["made"].format(when=telling.at(at), title=seen.hit["title"])
            yield Changed(at, said, "", seen.key)


def show_change(change: Changed) -> Line:
    """Return the line of a change."""
    return Line(change.says.rstrip("."), (change.evidence,), quote=change.quote)


def tell_changes(
    changes: Sequence[Changed],
    found: Sequence[Seen],
    survey: Survey,
    telling: Telling,
    elsewhere: Sequence[Changed] = (),
) -> Reading:
    """Return what changed, or that nothing did and what was looked at.

    Args:
        changes: The newest first, from `find_changes`.
        found: What they cite.
        survey: What was looked at.
        telling: How it is worded.
        elsewhere: What changed in other places, told if nothing did in this one: a cause may be there.
    """
    if changes:
        return make_reading(map(show_change, changes[:_MOST]), list_hits(found))
    words = _WORDS[telling.language]
    told = words["nothing"].format(
        where=words["where"].format(place=telling.place) if telling.place else "",
        when=telling.when or words["back"],
        looked=say_looked_at(survey, telling.language),
        as_of=telling.as_of(survey),
    )
    lines = [Line(told, cite_survey(survey)[:_CITED], role="verdict")]
    if elsewhere:
        head = words["elsewhere"].format(when=telling.when or words["back"])
        lines.append(Line(head, (elsewhere[0].evidence,), role="verdict"))
        lines += map(show_change, elsewhere[:_MOST_ELSEWHERE])
    return make_reading(lines, list_hits([*survey.newest, *found]))
