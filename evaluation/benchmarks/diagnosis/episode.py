"""An episode: a town, a fault in it, and the chunks that the product makes of all that was told of it."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Final, NamedTuple

from evaluation.benchmarks.diagnosis.cluster import NOON, Cluster, Object
from evaluation.benchmarks.diagnosis.fault import Act, Expected
from evaluation.benchmarks.diagnosis.noise import (
    add_chatter,
    add_old_lines,
    add_old_noise,
    add_stale_events,
)
from evaluation.benchmarks.diagnosis.play import play, settle
from evaluation.benchmarks.diagnosis.town import build_town
from processors.knowledge import topics
from processors.knowledge.chunk import Chunk
from processors.knowledge.kubernetes.pruning import prune_object
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record

CLUSTER: Final = "bench"
_KEY: Final = b"bench"


class Episode(NamedTuple):
    """What is known at noon, and what is expected to be said of it."""

    namespace: str
    chunks: list[Chunk]
    expected: Expected


def play_episode(act: Act | None, seed: int) -> Episode:
    """Let a fault happen some minutes before noon.

    Args:
        act: Of the fault; None lets all be well.
        seed: Decides all that is left to chance.
    """
    town = build_town(seed)
    cluster = town.cluster
    add_old_noise(town)
    settle(cluster)
    add_old_lines(cluster)
    count = cluster.chance.randint(5, 14)
    cluster.now = NOON - timedelta(minutes=count)
    add_stale_events(town)
    expected = act(town) if act else Expected((), ())
    play(cluster, count)
    cluster.now = NOON
    add_chatter(cluster)
    return Episode(town.namespace, read_chunks(cluster), expected)


def read_chunks(cluster: Cluster) -> list[Chunk]:
    """Return the chunks of all that there is and was told, as the collector and the pipeline make them."""
    objects = [*cluster.objects.values(), *cluster.events.values()]
    told: dict[str, list[Record]] = {}
    for object_ in objects:
        _add(told, topics.KUBERNETES, prune_object(object_, _KEY), "MODIFIED")
    for object_ in cluster.gone:
        _add(told, topics.KUBERNETES, prune_object(object_, _KEY), "DELETED")
    for line in sorted(cluster.lines, key=lambda one: str(one["@timestamp"])):
        _add(told, topics.LOGS, line)
    for topic, value in cluster.others:
        _add(told, topic, value)
    return list(_build(told.values()))


def _add(told: dict[str, list[Record]], topic: str, value: Object, type_: str = "") -> None:
    records = told.setdefault(topic, [])
    records.append(
        Record(
            topic=topic,
            partition=0,
            offset=len(records),
            timestamp_ms=int(NOON.timestamp() * 1_000),
            key="",
            headers={"cluster": CLUSTER, "type": type_} if type_ else {},
            value=json.dumps(value),
        )
    )


def _build(all_records: Iterable[list[Record]]) -> Iterable[Chunk]:
    for records in all_records:
        built = build_chunks(records, None, (), "bench", NOON.isoformat())
        assert not built["letters"], built["letters"]  # noqa: S101
        yield from built["chunks"]
