"""The passages of incidents: what was found, beside what is held of the same one and of those like it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from processors.knowledge.chunk import Chunk, make_id
from processors.knowledge.chunk_factory import Batch, make_incident_chunk
from processors.knowledge.incidents.closing import close_incident, is_open
from processors.knowledge.incidents.helping import find_help
from processors.knowledge.incidents.observation import Observation
from processors.knowledge.incidents.sections import KIND
from processors.knowledge.incidents.spells import BEFORE, Spell, end_spell, read_spells, write_spells
from processors.knowledge.incidents.views import PUBLIC, Told, select_visible
from processors.knowledge.incidents.words import PageLink, PastIncident, describe_incident
from processors.pipelines.incidents.known import Known

_PAUSE: Final = timedelta(minutes=10)
"""An incident that comes again sooner was not over: a pod that crashes runs in between."""

_MOST_PAST: Final = 3
# They differ from run to run though nothing else does.
_OF_THE_RUN: Final = frozenset(
    {"ingested_at", "batch_id", "indexed_at", "write_version", "embedding", "embedding_model"}
)


def tell_incident(
    told: Told, pages: Sequence[PageLink], held: Mapping[str, Chunk], now: datetime, batch: Batch
) -> Chunk:
    """Return the passage of an incident that is there.

    Args:
        told: The incident, and the group that it was found for.
        pages: Runbooks about it.
        held: All incidents that the version holds, by their chunks' ids.
        now: When its evidence was read.
        batch: The run.
    """
    incident = told.incident
    mine = held.get(make_id(*_identify(told)))
    spells = read_spells(mine["labels"]) if mine else []
    if mine and _goes_on(mine, now):
        # Evidence that has grown too old to count was there all the same.
        incident = replace(
            incident,
            began_at=min(incident.began_at, datetime.fromisoformat(mine["began_at"])),
            observed_at=max(incident.observed_at, datetime.fromisoformat(mine["observed_at"])),
        )
    elif mine:
        spells = [end_spell(mine), *spells]
    past = [*(_recall(incident.title, spell) for spell in spells), *_find_alike(told, held)][:_MOST_PAST]
    described = describe_incident(incident, pages=pages, past=past)
    before = {BEFORE: write_spells(spells)} if spells else {}
    described = described._replace(identity=_identify(told), labels={**described.labels, **before})
    return make_incident_chunk(described, batch, [told.group], _to_ms(now))


def _identify(told: Told) -> tuple[str, ...]:
    """Each group has a passage of its own; all of them are of one document."""
    of_group = () if told.group == PUBLIC else (told.group,)
    return (KIND, told.incident.cluster, told.incident.key, *of_group)


def _goes_on(held: Chunk, now: datetime) -> bool:
    return is_open(held) or now - datetime.fromisoformat(end_spell(held).resolved_at) < _PAUSE


def _find_alike(told: Told, held: Mapping[str, Chunk]) -> list[PastIncident]:
    """Return resolved incidents of the same cause at other objects of the same kind, the newest first."""
    first = told.incident.causes[0]
    kind, mine = first.object.partition("/")[0], make_id(*_identify(told))
    spells = [
        (chunk["title"], end_spell(chunk))
        for chunk in held.values()
        if not is_open(chunk)
        and chunk["chunk_id"] != mine
        and chunk["labels"].get("rule") == first.rule
        and chunk["labels"].get("object", "").partition("/")[0] == kind
        and not {told.group, PUBLIC}.isdisjoint(chunk["acl"])
    ]
    newest = sorted(spells, key=lambda one: (one[1].resolved_at, one[0]), reverse=True)
    return [_recall(title, spell) for title, spell in newest]


def _recall(title: str, spell: Spell) -> PastIncident:
    began, resolved = (datetime.fromisoformat(time) for time in (spell.began_at, spell.resolved_at))
    return PastIncident(title, began, resolved, spell.helped)


def list_closed(known: Known, told: Collection[str], now: datetime, batch: Batch) -> list[Chunk]:
    """Return the passages of the incidents that are there no more.

    Args:
        known: What the version holds.
        told: Ids of the chunks of the incidents that are there.
        now: When it was read.
        batch: The run.
    """
    gone = [chunk for chunk_id, chunk in known.held.items() if is_open(chunk) and chunk_id not in told]
    return [_close(chunk, known.observations, now, batch) for chunk in gone]


def _close(chunk: Chunk, observations: Sequence[Observation], now: datetime, batch: Batch) -> Chunk:
    helped = find_help(select_visible(observations, chunk["acl"]), chunk, now)
    closed = close_incident(chunk, now, helped)
    closed["batch_id"], closed["ingested_at"] = batch
    closed["write_version"] = _to_ms(now)
    return closed


def list_changed(chunks: Iterable[Chunk], held: Mapping[str, Chunk]) -> list[Chunk]:
    """Return the chunks that say something else than what is held.

    Args:
        chunks: As they are now.
        held: By their ids.
    """
    return [chunk for chunk in chunks if _strip(chunk) != _strip(held.get(chunk["chunk_id"], {}))]


def _strip(chunk: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in chunk.items() if name not in _OF_THE_RUN}


def _to_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
