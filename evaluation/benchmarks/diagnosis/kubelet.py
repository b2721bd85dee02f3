"""The kubelet, played: statuses of pods and events in the words of the real one, of what programs do."""

from datetime import timedelta
from typing import Final, NamedTuple

from evaluation.benchmarks.diagnosis.cluster import (
    App,
    Cluster,
    Ending,
    Object,
    find,
    get_age,
    is_true,
    say,
    set_condition,
    tell,
    walk,
    write_time,
)
from evaluation.benchmarks.diagnosis.probing import probe_pod
from evaluation.benchmarks.diagnosis.quantities import read_quantity

_FIRST_BACKOFF_S: Final = 10
_LONGEST_BACKOFF_S: Final = 300
_RUN_S: Final = 4


class Held(NamedTuple):
    """Why a container doesn't start: the reason it waits for, what is said, and the events to it."""

    reason: str
    message: str = ""
    events: tuple[tuple[str, str], ...] = ()


def run_pods(cluster: Cluster) -> None:
    """Write how each pod on a node that is heard of fares by now."""
    for pod in walk(cluster, "Pod"):
        node = find(cluster, "Node", "", pod["spec"].get("nodeName", ""))
        is_done = pod["status"]["phase"] in ("Failed", "Succeeded") or "deletionTimestamp" in pod["metadata"]
        if node and is_true(node, "Ready") and not is_done:
            _run_pod(cluster, pod)


def _run_pod(cluster: Cluster, pod: Object) -> None:
    meta = pod["metadata"]
    app = cluster.apps.get((meta["namespace"], meta["labels"].get("app", "")))
    known = cluster.programs.get(meta["uid"]) or app or App(meta["name"], meta["namespace"])
    if meta["uid"] not in cluster.started:
        held = _mount(cluster, pod) or _pull(cluster, pod) or _configure(cluster, pod)
        init_ends = known.init_ends if "initContainers" in pod["spec"] else None
        if held or init_ends:
            _hold(cluster, pod, held, init_ends)
            return
        cluster.started[meta["uid"]] = cluster.now
        cluster.programs[meta["uid"]] = known
    ending = _end(pod, known)
    if pod["spec"].get("restartPolicy") == "Never":
        _finish(cluster, pod, ending or Ending(0, reason="Completed"))
        return
    if ending:
        _crash(cluster, pod, ending)
        return
    trouble = probe_pod(pod, known)
    for reason, message in trouble.events:
        tell(cluster, pod, reason, message, times=6)
    if trouble.restarts:
        _crash(cluster, pod, Ending(trouble.code, reason=trouble.reason))
    else:
        _start(cluster, pod, ready=not trouble.events)


def _mount(cluster: Cluster, pod: Object) -> Held | None:
    namespace = pod["metadata"]["namespace"]
    for volume in pod["spec"].get("volumes", ()):
        for source, kind, field, word in (
            ("secret", "Secret", "secretName", "secret"),
            ("configMap", "ConfigMap", "name", "configmap"),
        ):
            name = volume.get(source, {}).get(field)
            if name and not find(cluster, kind, namespace, name):
                said = f'MountVolume.SetUp failed for volume "{volume["name"]}" : {word} "{name}" not found'
                return Held("ContainerCreating", "", (("FailedMount", said),))
    return None


def _pull(cluster: Cluster, pod: Object) -> Held | None:
    for container in pod["spec"]["containers"]:
        image = container["image"]
        secrets = [one["name"] for one in pod["spec"].get("imagePullSecrets", ())]
        repository, _, _ = image.rpartition(":")
        if image not in cluster.images:
            why = f'failed to resolve reference "{image}": {image}: not found'
        elif repository in cluster.private and not any(
            find(cluster, "Secret", pod["metadata"]["namespace"], name) for name in secrets
        ):
            why = (
                f'failed to resolve reference "{image}": pull access denied, repository does not exist or '
                "may require authorization: server message: insufficient_scope: authorization failed"
            )
        else:
            continue
        said = f'Failed to pull image "{image}": failed to pull and unpack image "{image}": {why}'
        events: tuple[tuple[str, str], ...] = (
            ("Failed", said),
            ("Failed", "Error: ErrImagePull"),
            ("BackOff", f'Back-off pulling image "{image}"'),
            ("Failed", "Error: ImagePullBackOff"),
        )
        if repository in cluster.private:
            lacking = (
                f"Unable to retrieve some image pull secrets ({', '.join(secrets)}); attempting to pull the "
                "image may not succeed."
            )
            events += (("FailedToRetrieveImagePullSecret", lacking),) if secrets else ()
        return Held("ImagePullBackOff", f'Back-off pulling image "{image}": ErrImagePull: {said}', events)
    return None


def _configure(cluster: Cluster, pod: Object) -> Held | None:
    namespace = pod["metadata"]["namespace"]
    for container in pod["spec"]["containers"]:
        references = [
            (one.get("valueFrom", {}), "KeyRef") for one in container.get("env", ()) if "valueFrom" in one
        ]
        references += [(one, "Ref") for one in container.get("envFrom", ())]
        for reference, ending in references:
            for kind in ("ConfigMap", "Secret"):
                asked = reference.get(f"{kind[0].lower()}{kind[1:]}{ending}")
                if not asked:
                    continue
                source = find(cluster, kind, namespace, asked["name"])
                if source is None:
                    said = f'{kind.lower()} "{asked["name"]}" not found'
                elif "key" in asked and asked["key"] not in source.get("data", {}):
                    said = f"couldn't find key {asked['key']} in {kind} {namespace}/{asked['name']}"
                else:
                    continue
                return Held("CreateContainerConfigError", said, (("Failed", f"Error: {said}"),))
    return None


def _hold(cluster: Cluster, pod: Object, held: Held | None, init_ends: Ending | None) -> None:
    """Write that a pod doesn't get to its containers."""
    for reason, message in held.events if held else ():
        tell(cluster, pod, reason, message, times=4)
    status = pod["status"]
    status["startTime"] = pod["metadata"]["creationTimestamp"]
    if init_ends and not held:
        init = pod["spec"]["initContainers"][0]
        restarts = count_restarts(get_age(cluster, pod))
        status["initContainerStatuses"] = [_write_crashed(cluster, pod, init, init_ends, restarts)]
        _tell_backoff(cluster, pod, init["name"])
        for line in init_ends.lines:
            say(cluster, pod, line)
        held = Held("PodInitializing")
        set_condition(pod, "Initialized", "False", cluster.now, "ContainersNotInitialized")
    waiting = {"reason": held.reason if held else ""} | (
        {"message": held.message} if held and held.message else {}
    )
    status["containerStatuses"] = _write_idle(pod, {"waiting": waiting})
    _set_ready(cluster, pod, ready=False)


def _end(pod: Object, app: App) -> Ending | None:
    """Return how the containers of a pod end, if they do."""
    container = pod["spec"]["containers"][0]
    command = container.get("command")
    if command and command[0].startswith("/app/") is False:
        said = (
            f"failed to create containerd task: failed to create shim task: OCI runtime create failed: runc "
            f"create failed: unable to start container process: error during container init: exec: "
            f'"{command[0]}": executable file not found in $PATH'
        )
        return Ending(128, reason="StartError", message=said)
    limit = container.get("resources", {}).get("limits", {}).get("memory")
    if limit and read_quantity(limit) < app.memory_mi * (1 << 20):
        return Ending(137, reason="OOMKilled")
    return app.ends


def count_restarts(age_s: float) -> int:
    """Return how often a container was restarted that ends at once, by the kubelet's growing pauses.

    Example:
        >>> [count_restarts(seconds) for seconds in (5, 60, 600)]
        [0, 2, 5]
    """
    spent, pause, restarts = float(_RUN_S), float(_FIRST_BACKOFF_S), 0
    while spent + pause <= age_s:
        spent += pause + _RUN_S
        pause = min(2 * pause, _LONGEST_BACKOFF_S)
        restarts += 1
    return restarts


def _crash(cluster: Cluster, pod: Object, ending: Ending) -> None:
    """Write that the first container of a pod ends again and again."""
    age = (cluster.now - cluster.started[pod["metadata"]["uid"]]).total_seconds()
    restarts = count_restarts(max(age, 20))
    first, *others = pod["spec"]["containers"]
    status = pod["status"]
    status["phase"] = "Running"
    status["startTime"] = pod["metadata"]["creationTimestamp"]
    status["containerStatuses"] = [
        _write_crashed(cluster, pod, first, ending, restarts),
        *(_write_running(cluster, pod, one, ready=True) for one in others),
    ]
    if ending.reason == "StartError":
        tell(cluster, pod, "Failed", f"Error: {ending.message}", times=3)
    _tell_backoff(cluster, pod, first["name"])
    for line in ending.lines:
        say(cluster, pod, line)
    _set_ready(cluster, pod, ready=False)


def _finish(cluster: Cluster, pod: Object, ending: Ending) -> None:
    """Write that a pod is done, which isn't started again."""
    end = {
        "exitCode": ending.code,
        "reason": ending.reason,
        "startedAt": write_time(cluster.started[pod["metadata"]["uid"]]),
        "finishedAt": write_time(cluster.now),
    }
    pod["status"] |= {
        "phase": "Failed" if ending.code else "Succeeded",
        "startTime": pod["metadata"]["creationTimestamp"],
        "containerStatuses": _write_idle(pod, {"terminated": end}),
    }
    for line in ending.lines:
        say(cluster, pod, line)
    for type_ in ("ContainersReady", "Ready"):
        reason = "PodFailed" if ending.code else "PodCompleted"
        set_condition(pod, type_, "False", cluster.now, reason)


def _tell_backoff(cluster: Cluster, pod: Object, container: str) -> None:
    meta = pod["metadata"]
    place = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
    said = f"Back-off restarting failed container {container} in pod {place}"
    tell(cluster, pod, "BackOff", said, times=3)


def _write_crashed(cluster: Cluster, pod: Object, container: Object, ending: Ending, restarts: int) -> Object:
    ended = cluster.now - timedelta(seconds=20)
    meta = pod["metadata"]
    pause = min(_FIRST_BACKOFF_S * 2 ** max(0, restarts - 1), _LONGEST_BACKOFF_S)
    wait = f"{pause // 60:.0f}m{pause % 60:.0f}s" if pause >= 60 else f"{pause:.0f}s"
    said = (
        f"back-off {wait} restarting failed container={container['name']} "
        f"pod={meta['name']}_{meta['namespace']}({meta['uid']})"
    )
    end = {
        "exitCode": ending.code,
        "reason": ending.reason,
        "startedAt": write_time(ended - timedelta(seconds=_RUN_S)),
        "finishedAt": write_time(ended),
        **({"message": ending.message} if ending.message else {}),
    }
    return {
        "name": container["name"],
        "image": container["image"],
        "ready": False,
        "restartCount": restarts,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": said}},
        "lastState": {"terminated": end},
    }


def _write_idle(pod: Object, state: Object) -> list[Object]:
    """Return the statuses of containers of which none runs."""
    return [
        {"name": one["name"], "image": one["image"], "ready": False, "restartCount": 0, "state": {**state}}
        for one in pod["spec"]["containers"]
    ]


def _write_running(cluster: Cluster, pod: Object, container: Object, *, ready: bool) -> Object:
    since = cluster.started[pod["metadata"]["uid"]]
    return {
        "name": container["name"],
        "image": container["image"],
        "ready": ready,
        "started": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": write_time(since)}},
    }


def _start(cluster: Cluster, pod: Object, *, ready: bool) -> None:
    status = pod["status"]
    status["phase"] = "Running"
    status["startTime"] = pod["metadata"]["creationTimestamp"]
    status["podIP"] = f"10.244.{sum(pod['metadata']['uid'].encode()) % 250}.7"
    kept = status.get("kept")
    status["containerStatuses"] = kept or [
        _write_running(cluster, pod, one, ready=ready) for one in pod["spec"]["containers"]
    ]
    set_condition(pod, "Initialized", "True", cluster.now)
    _set_ready(cluster, pod, ready=ready)


def _set_ready(cluster: Cluster, pod: Object, *, ready: bool) -> None:
    names = ", ".join(one["name"] for one in pod["spec"]["containers"])
    said = "" if ready else f"containers with unready status: [{names}]"
    for type_ in ("ContainersReady", "Ready"):
        set_condition(pod, type_, str(ready), cluster.now, "" if ready else "ContainersNotReady", said)
