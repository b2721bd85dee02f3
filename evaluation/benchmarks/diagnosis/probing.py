"""What a container's probes find, in the words of the kubelet."""

from typing import NamedTuple

from evaluation.benchmarks.diagnosis.cluster import App, Object


class Trouble(NamedTuple):
    """What probes find wrong: events, and whether and how the container is ended for it."""

    events: tuple[tuple[str, str], ...] = ()
    restarts: bool = False
    code: int = 137
    reason: str = "Error"


def probe_pod(pod: Object, app: App) -> Trouble:
    """Return what the probes of a pod's first container find."""
    container = pod["spec"]["containers"][0]
    name = container["name"]
    startup = container.get("startupProbe")
    if startup:
        waits = startup.get("initialDelaySeconds", 0) + startup["failureThreshold"] * startup["periodSeconds"]
        if waits < app.starts_s:
            said = f"Startup probe failed: {_refuse(startup, app)}"
            killed = f"Container {name} failed startup probe, will be restarted"
            return Trouble((("Unhealthy", said), ("Killing", killed)), restarts=True)
    liveness = container.get("livenessProbe")
    if liveness and (why := _ask(liveness, app)):
        killed = f"Container {name} failed liveness probe, will be restarted"
        return Trouble((("Unhealthy", f"Liveness probe failed: {why}"), ("Killing", killed)), restarts=True)
    readiness = container.get("readinessProbe")
    if readiness and (why := _ask(readiness, app)):
        return Trouble((("Unhealthy", f"Readiness probe failed: {why}"),))
    return Trouble()


def _ask(probe: Object, app: App) -> str:
    """Return how a probe fails, or nothing if it doesn't."""
    asked = probe["httpGet"]
    if asked["port"] not in (app.port, "http"):
        return _refuse(probe, app)
    return "" if asked["path"] == app.path else "HTTP probe failed with statuscode: 404"


def _refuse(probe: Object, app: App) -> str:
    asked = probe["httpGet"]
    port = app.port if asked["port"] == "http" else asked["port"]
    address = f"10.244.1.{17 + len(app.name)}:{port}"
    return f'Get "http://{address}{asked["path"]}": dial tcp {address}: connect: connection refused'
