"""The window of a play: faults happen, the kubelets go round, and at noon all of it is read."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from evaluation.benchmarks.diagnosis.cluster import NOON, Cluster, minutes, read_time
from evaluation.benchmarks.diagnosis.episode import read_chunks
from evaluation.benchmarks.diagnosis.fault import Expected
from evaluation.benchmarks.diagnosis.faults import FAULTS
from evaluation.benchmarks.diagnosis.noise import add_chatter, add_old_lines, add_stale_events
from evaluation.benchmarks.diagnosis.real.clock import (
    LONGEST,
    OPENED,
    go_on,
    open_window,
    read_now,
    read_story,
    tell,
)
from evaluation.benchmarks.diagnosis.real.kubelets import Kubelets, run_kubelets
from evaluation.benchmarks.diagnosis.real.mirror import OF_ROUNDS, Mirror, provision, pull, push
from evaluation.benchmarks.diagnosis.town import Town
from evaluation.benchmarks.diagnosis.traffic import call_all
from processors.knowledge.chunk import Chunk
from processors.stores import kubernetes

ROUND_S: Final = 1.0
"""Seconds between two rounds of the kubelets."""

# What real controllers need longer for than the shortest time that a fault is given.
_LEAST_MINUTES: Final = {"cron_job_failing": 14, "job_out_of_tries": 10, "node_not_ready": 8}


class Told(NamedTuple):
    """What is known at noon of a cluster in which several things are wrong, each in its own namespace.

    Attributes:
        chunks: Of all of it.
        expected: What is expected to be said of a namespace, by the name of its fault.
        namespaces: Of the faults.
        quiet: A namespace in which all is well.
        refused: What the API server didn't take, which should be nothing.
    """

    chunks: list[Chunk]
    expected: dict[str, Expected]
    namespaces: dict[str, str]
    quiet: str
    refused: list[str]


def play_window(kubelets: Kubelets, faults: Mapping[str, Town], quiet: str) -> Told:
    """Let faults happen in a town that is well, and return what is known of it at noon.

    Args:
        kubelets: Of the town; its mirror's clock goes on.
        faults: Where each happens, by its name.
        quiet: A namespace in which nothing happens.
    """
    mirror, cluster = kubelets.mirror, kubelets.mirror.cluster
    add_old_lines(cluster)
    mirror.clock = open_window(mirror.clock, read_now())
    for town in faults.values():
        add_stale_events(town)
    waiting = {name: NOON - minutes(_choose_minutes(cluster, name)) for name in faults}
    expected: dict[str, Expected] = {}
    called = OPENED
    while cluster.now < NOON:
        mirror.clock = go_on(mirror.clock, read_now())
        cluster.now = read_story(mirror.clock)
        due = [name for name, at in waiting.items() if at <= cluster.now]
        pull(mirror) if due else pull(mirror, OF_ROUNDS)
        for name in due:
            del waiting[name]
            expected[name] = FAULTS[name](faults[name])
        # What a node has is told before somebody asks for it.
        run_kubelets(kubelets)
        push(mirror)
        provision(mirror)
        while called + minutes(1) <= cluster.now:
            called += minutes(1)
            _call(cluster, called)
        time.sleep(ROUND_S)
    _read(mirror)
    return Told(
        read_chunks(cluster),
        expected,
        {name: town.namespace for name, town in faults.items()},
        quiet,
        mirror.refused,
    )


def _choose_minutes(cluster: Cluster, name: str) -> int:
    return max(cluster.chance.randint(5, LONGEST), _LEAST_MINUTES.get(name, 0))


def _call(cluster: Cluster, at: datetime) -> None:
    """Let the programs of each namespace call each other; they see no other but that of the name server."""
    for place in {namespace for namespace, _ in cluster.apps}:
        objects = {key: one for key, one in cluster.objects.items() if key[1] in (place, "kube-system")}
        apps = {key: app for key, app in cluster.apps.items() if key[0] == place}
        call_all(replace(cluster, now=at, objects=objects, apps=apps))


def _read(mirror: Mirror) -> None:
    """Read the whole cluster as the collector does, and let it be noon."""
    cluster = mirror.cluster
    pull(mirror)
    # Those of long ago are known by the scripts alone; all others come from the API server.
    kept = {key: one for key, one in cluster.events.items() if read_time(one["lastTimestamp"]) < OPENED}
    for events, _ in kubernetes.list_objects(mirror.source, "events"):
        for event in events:
            kept[(event["metadata"]["uid"],)] = tell(mirror.clock, event)
    cluster.events = kept
    cluster.now = NOON
    add_chatter(cluster)
