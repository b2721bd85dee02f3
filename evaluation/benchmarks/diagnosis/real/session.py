"""A play on a real API server: a town is built, faults happen in it, and what comes of it is read."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evaluation.benchmarks.diagnosis.cluster import Cluster, walk
from evaluation.benchmarks.diagnosis.noise import add_old_noise
from evaluation.benchmarks.diagnosis.real.api import open_api
from evaluation.benchmarks.diagnosis.real.clock import LONGEST, Clock, read_now
from evaluation.benchmarks.diagnosis.real.control_plane import run_control_plane
from evaluation.benchmarks.diagnosis.real.kubelets import Kubelets, keep_alive, run_kubelets
from evaluation.benchmarks.diagnosis.real.metrics_api import run_metrics_api
from evaluation.benchmarks.diagnosis.real.mirror import Mirror, provision, pull, push
from evaluation.benchmarks.diagnosis.real.window import ROUND_S, Told, play_window
from evaluation.benchmarks.diagnosis.town import plan_towns
from local.kube import folder_of
from processors.stores import kubernetes

LONERS: Final = ("node_not_ready", "nodes_cordoned", "disk_pressure", "dns_down", "priority_preemption")
"""Faults of nodes or of the whole cluster: each has a cluster of its own."""

_TOWNS_OF_LONERS: Final = 3
_TOWNS_PER_NODE: Final = 3
_PATIENCE_S: Final = 240.0


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
        return play_window(kubelets, dict(zip(names, towns, strict=False)), towns[-1].namespace)


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
        time.sleep(ROUND_S)
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
