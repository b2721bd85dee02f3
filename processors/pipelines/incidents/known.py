"""What the live version knows that incidents are made of, and the incidents that it holds, of one moment."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from opensearchpy import OpenSearch

from processors.knowledge.canaries import CANARY
from processors.knowledge.chunk import ENDED, Chunk
from processors.knowledge.incidents.observation import FIELDS, KINDS, Observation, observe
from processors.knowledge.incidents.sections import KIND
from processors.settings.processing import Incidents
from processors.stores.search import Reading, open_snapshot, read_newest
from processors.versions.names import cover_family

STATE: Final = "k8s_state"
ALERT: Final = "alert"
EVENT: Final = "k8s_event"
RUNS: Final = ("ml_run", "pipeline_run")

_DAY: Final = timedelta(days=1)

_HELD_FIELDS: Final = tuple(Chunk.__annotations__.keys() - {"embedding"})
_WRONG: Final = {"terms": {"severity": ["warning", "error", "critical"]}}
_OVER: Final = {"term": {"values": ENDED}}
_GOES_ON: Final = {"bool": {"must_not": [_OVER]}}


class Known(NamedTuple):
    """Observations, and the incidents that are held, by their chunks' ids."""

    observations: list[Observation]
    held: dict[str, Chunk]


def read_known(client: OpenSearch, version: str, now: datetime, limits: Incidents) -> Known:
    """Return what a version knows now.

    Args:
        client: OpenSearch.
        version: Read with its slices.
        now: From when the window counts back.
        limits: How far back and how much is read.

    Raises:
        opensearchpy.exceptions.TransportError: Not all of it can be read; what is left out would seem gone.
    """
    with open_snapshot(client, cover_family(version)) as snapshot:
        chunks = {
            chunk["chunk_id"]: chunk
            for reading in plan_readings(now, limits)
            for chunk in read_newest(client, snapshot, reading, FIELDS)
        }
        incidents = Reading([_of_kind(KIND)], _GOES_ON, limits.most_of_a_kind)
        held: list[Any] = read_newest(client, snapshot, incidents, _HELD_FIELDS)
    return Known([observe(chunk) for chunk in chunks.values()], {chunk["chunk_id"]: chunk for chunk in held})


def plan_readings(now: datetime, limits: Incidents) -> list[Reading]:
    """Return what is read of a version.

    Every object's state is read, for what is calm may be why another is not; so are objects that were deleted
    a while ago, and all events, since those that warn of nothing tell what changed. Of all else only what is
    wrong is read. A run that failed is told of for a day, for many run once a day.

    Args:
        now: From when the window counts back.
        limits: How far back and how much is read.

    Example:
        >>> now = datetime.fromisoformat("2026-11-21T10:00:00+00:00")
        >>> limits = Incidents.model_construct(window_minutes=60, most_states=10_000, most_of_a_kind=2_000)
        >>> sum(reading.most for reading in plan_readings(now, limits))
        24000
    """
    recent = _since(now - timedelta(minutes=limits.window_minutes))
    most = limits.most_of_a_kind
    others = sorted(set(KINDS) - {STATE, ALERT, EVENT, *RUNS})
    return [
        Reading([_of_kind(STATE), _GOES_ON], _WRONG, limits.most_states),
        Reading([_of_kind(STATE), _OVER, recent], None, most),
        Reading([_of_kind(ALERT), _GOES_ON], None, most),
        Reading([_of_kind(EVENT), recent], _WRONG, most),
        *(Reading([_of_kind(kind), recent, _WRONG], None, most) for kind in others),
        *(Reading([_of_kind(kind), _since(now - _DAY), _WRONG], None, most) for kind in RUNS),
    ]


def _since(moment: datetime) -> dict[str, Any]:
    return {"range": {"observed_at": {"gte": moment.isoformat()}}}


def _of_kind(kind: str) -> dict[str, Any]:
    """Return the condition that a chunk is of a kind, and no canary."""
    return {"bool": {"filter": [{"term": {"kind": kind}}], "must_not": [{"term": {"service": CANARY}}]}}
