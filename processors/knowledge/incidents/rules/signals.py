"""Alerts that fire, unusual metrics, runs that failed: symptoms of objects, or trouble of their own."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from processors.knowledge.incidents.finding import SEEN, Finding
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import Observation, began_at, seen_at
from processors.knowledge.incidents.standing import LONG
from processors.knowledge.incidents.world import World, find_serving
from processors.knowledge.severities import CALM, GRAVE

_NAMED: Final = (
    ("pod", "Pod"), ("deployment", "Deployment"), ("statefulset", "StatefulSet"), ("daemonset", "DaemonSet"),
    ("job_name", "Job"), ("cronjob", "CronJob"), ("persistentvolumeclaim", "PersistentVolumeClaim"),
    ("horizontalpodautoscaler", "HorizontalPodAutoscaler"), ("node", "Node"), ("ingress", "Ingress"),
)  # fmt: skip
# Alerts that are to fire always, and that only hold others back.
_NO_ALERTS: Final = frozenset({"Watchdog", "InfoInhibitor", "DeadMansSwitch"})
# Authors of alerts have more words for it.
_GRAVE: Final = GRAVE | {"page", "high"}
_OF_NODES: Final = frozenset({"Node"})


def find_signals(world: World) -> Iterator[Finding]:
    """Yield what alerts, metrics and runs say."""
    recovered = _list_recovered(world)
    for seen in world.others:
        if seen["kind"] == "alert":
            yield from _read_alert(world, seen)
        elif seen["kind"] == "metric_window" and seen["severity"] not in CALM:
            about = _find_about(world, seen)
            says = seen["text"].partition("\n")[0]
            evidence = (seen["chunk_id"],)
            yield Finding(about, "metric", says.rstrip("."), 0.32, evidence, began_at(seen), "warning")
        elif seen["kind"] in ("ml_run", "pipeline_run") and seen["severity"] not in CALM:
            is_over = recovered.get(seen["labels"].get("dag", "")) or ""
            if world.now - seen_at(seen) <= timedelta(hours=24) and is_over <= seen["observed_at"]:
                yield _read_run(seen)


def _read_alert(world: World, seen: Observation) -> Iterator[Finding]:
    labels = seen["labels"]
    name = labels.get("alertname", "")
    is_over = seen["cite"].get("state") == "resolved" or seen["severity"] in CALM
    if is_over or name in _NO_ALERTS or seen["cite"].get("state") == "pending":
        return
    about = _find_about(world, seen)
    is_grave = seen["severity"] in _GRAVE
    is_old = world.now - began_at(seen) > LONG
    said = seen["text"].partition("\n")[0].partition(": ")[2].rstrip(".")
    says = f"{'it' if about.kind == 'Alert' else f'alert {name}'} fires{f': {said}' if said else ''}"
    severity = "error" if is_grave else "warning"
    alone = is_grave or not is_old
    yield Finding(about, "alert", says, 0.38, (seen["chunk_id"],), began_at(seen), severity, alone=alone)


def _find_about(world: World, seen: Observation) -> Ref:
    """Return the object that labels name, the nearest to where trouble is, or the alert or metric itself."""
    labels = seen["labels"]
    for label, kind in _NAMED:
        if name := labels.get(label):
            namespace = "" if kind in _OF_NODES else seen["namespace"]
            ref = Ref(seen["cluster"], namespace, kind, name)
            if ref in world.states or kind in ("Pod", "Deployment", "StatefulSet"):
                return world.find_maker(ref)
    if seen["service"]:
        return find_serving(world, seen)
    return Ref(seen["cluster"], seen["namespace"], "Alert", labels.get("alertname") or seen["title"])


def _list_recovered(world: World) -> dict[str, str]:
    """Return when each DAG succeeded last, of those whose failure was told."""
    return {
        seen["labels"].get("dag", ""): seen["observed_at"]
        for seen in world.others
        if seen["kind"] == "pipeline_run" and seen["labels"].get("state") == "success"
    }


def _read_run(seen: Observation) -> Finding:
    first = seen["text"].partition("\n")[0].rstrip(".")
    evidence = (seen["chunk_id"],)
    if seen["kind"] == "pipeline_run":
        name = seen["labels"].get("dag") or seen["service"]
        said = first.partition(f"DAG {name} ")[2] or first
        return Finding(
            Ref("", "", "DAG", name),
            "pipeline-run",
            f"it {said}",
            SEEN,
            evidence,
            seen_at(seen),
            seen["severity"],
        )
    run = seen["labels"].get("run") or seen["title"].partition(" of ")[0].removeprefix("Run ")
    said = first.removeprefix(f"{seen['title']} ") if first.startswith(seen["title"]) else first
    severity = "error" if seen["severity"] == "error" else "warning"
    of = f"of experiment {seen['service']} " if seen["service"] else ""
    return Finding(
        Ref("", "", "Run", run), "ml-run", f"it {of}{said}", SEEN, evidence, seen_at(seen), severity
    )
