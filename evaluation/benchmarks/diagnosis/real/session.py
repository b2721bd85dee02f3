"""A play on a real API server: a town is built, faults happen in it, and what comes of it is read."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from evaluation.benchmarks.diagnosis.cluster import NOON, Cluster, minutes, read_time, walk
from evaluation.benchmarks.diagnosis.episode import read_chunks
from evaluation.benchmarks.diagnosis.fault import Expected
from evaluation.benchmarks.diagnosis.faults import FAULTS
from evaluation.benchmarks.diagnosis.noise import (
    add_chatter,
    add_old_lines,
    add_old_noise,
    add_stale_events,
)
from evaluation.benchmarks.diagnosis.real.api import open_api
from evaluation.benchmarks.diagnosis.real.clock import (
    LONGEST,
    OPENED,
    Clock,
    go_on,
    open_window,
    read_now,
    read_story,
    tell,
)
from evaluation.benchmarks.diagnosis.real.control_plane import run_control_plane
from evaluation.benchmarks.diagnosis.real.kubelets import Kubelets, keep_alive, run_kubelets
from evaluation.benchmarks.diagnosis.real.metrics_api import run_metrics_api
from evaluation.benchmarks.diagnosis.real.mirror import OF_ROUNDS, Mirror, provision, pull, push
from evaluation.benchmarks.diagnosis.town import Town, plan_towns
from evaluation.benchmarks.diagnosis.traffic import call_all
from local.kube import folder_of
from processors.knowledge.chunk import Chunk
from processors.stores import kubernetes

LONERS: Final = ("node_not_ready", "nodes_cordoned", "disk_pressure", "dns_down", "priority_preemption")
"""Faults of nodes or of the whole cluster: each has a cluster of its own."""

# What real controllers need longer for than the shortest time that a fault is given.
_LEAST_MINUTES: Final = {"cron_job_failing": 14, "job_out_of_tries": 10, "node_not_ready": 8}
_TOWNS_OF_LONERS: Final = 3
_TOWNS_PER_NODE: Final = 3
_ROUND_S: Final = 1.0
_PATIENCE_S: Final = 240.0


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


def group_faults(names: Sequence[str]) -> list[list[str]]:
    """Return which faults are played together: all that keep to their namespaces, and each other alone.

    Example:
        >>> group_faults(["dns_down", "missing_key", "oom_by_limit"])
        [['missing_key', 'oom_by_limit'], ['dns_down']]
    """
    together = [name for name in names if name not in LONERS]
    return [*([together] if together else []), *([name] for name in names if name in LONERS)]


def play_group(names: Sequence[str], seed: int, window_s: float, keep: Path | None = None) -> Told:
    """Play faults at the same time, each in a namespace of its own, on a control plane of their own.

    Args:
        names: Of the faults.
        seed: Decides all that is left to chance.
        window_s: How long the fourteen minutes of the story last.
        keep: A folder for keys, data and logs that stays; without it a temporary one.
    """
    stretch = LONGEST * 60 / window_s
    with ExitStack() as stack:
        home = keep or Path(stack.enter_context(TemporaryDirectory(prefix="runlore-diagnosis-")))
        began = read_now()
        settings = stack.enter_context(run_control_plane(home, stretch))
        folder = folder_of(settings)
        count = max(len(names) + 1, _TOWNS_OF_LONERS)
        towns = plan_towns(seed, count, max(3, -(-count // _TOWNS_PER_NODE)))
        mirror = Mirror(
            towns[0].cluster,
            open_api(folder / "admin.kubeconfig"),
            kubernetes.open_cluster(str(folder / "admin.kubeconfig")),
            Clock(began, stretch),
        )
        stack.callback(mirror.api.http.close)
        stack.enter_context(run_metrics_api(mirror.api, mirror.cluster, folder / "tls"))
        kubelets = Kubelets(mirror)
        for town in towns:
            add_old_noise(town)
        pull(mirror, ("namespaces",))
        stack.enter_context(keep_alive(mirror))
        push(mirror)
        _wait_until_well(kubelets)
        return _play_window(kubelets, dict(zip(names, towns, strict=False)), towns[-1].namespace)


def _wait_until_well(kubelets: Kubelets) -> None:
    """Let time pass until all that is to run runs.

    Raises:
        TimeoutError: It doesn't.
    """
    unwell: list[str] = []
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        pull(kubelets.mirror)
        provision(kubelets.mirror)
        run_kubelets(kubelets)
        unwell = _list_unwell(kubelets.mirror.cluster)
        if not unwell:
            return
        time.sleep(_ROUND_S)
    raise TimeoutError(f"not well: {unwell[:5]}; refused: {kubelets.mirror.refused[:5]}")


def _list_unwell(cluster: Cluster) -> list[str]:
    """Return what doesn't run yet, of all that is to run."""
    short = [
        one
        for one in walk(cluster, "Deployment")
        if one.get("status", {}).get("readyReplicas", 0) != one["spec"]["replicas"]
    ]
    undone = [one for one in walk(cluster, "Job") if not one.get("status", {}).get("succeeded")]
    return [
        f"{one['kind']} {one['metadata']['namespace']}/{one['metadata']['name']}" for one in (*short, *undone)
    ]


def _play_window(kubelets: Kubelets, faults: Mapping[str, Town], quiet: str) -> Told:
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
        time.sleep(_ROUND_S)
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
