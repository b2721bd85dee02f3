"""`make bench-actions`: how long an action takes, each figure beside a bare `kubectl` in the same run.

On the running stack, with its cluster: one person asks by the API, another approves on the page of the link.
A deployment of two pods is made for it and deleted afterwards. Baseline and product take turns.

A read is timed from the request to its result, a proposal to the moment when it waits for an approval, and
an approval to the moment when the action is done, and when its roll-out is verified.
"""

import argparse
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx

from evaluation.benchmarks.rows import compare_times, emit, leave_out, open_table
from local.settings import StackSettings
from local.settings import load_settings as load_stack_settings
from processors.settings import load_settings

_NAMESPACE: Final = "bench-actions"
_MANIFEST: Final = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: app, image: "shop/api:1"}]}
"""
_PARAMETERS: Final = {"namespace": _NAMESPACE, "resource": "deployment", "name": "api"}
_PATIENCE_S: Final = 120.0
# Approved, but not yet taken up by Airflow, it is queued for a moment once more.
_UNDER_WAY: Final = ("queued", "waiting", "running")
_LOOK_S: Final = 0.1
# No person is quicker. Airflow asks once more where an answer comes while it puts the task to rest.
_DECIDING_S: Final = 1.0
_LONGEST_WAIT: Final = 50
_BESIDE: Final = {
    "read: get pods": "kubectl get pods",
    "proposal: restart": "kubectl, dry run on the server",
    "approval to done": "kubectl rollout restart",
    "approval to verified": "kubectl rollout restart, status",
}

Kubectl = Callable[..., None]


class Times(dict[str, list[float]]):
    """Seconds by what was done."""

    def add(self, name: str, began: float) -> None:
        """Note that something that began at a moment has ended now."""
        self.setdefault(name, []).append(time.perf_counter() - began)


def open_kubectl(stack: StackSettings) -> Kubectl:
    """Return what runs kubectl on the stack's cluster as its administrator."""
    program = stack.envs / "kube/bin/kubectl"
    kubeconfig = stack.home / "kubernetes/admin.kubeconfig"

    def run(*words: str, given: str = "") -> None:
        command = [str(program), f"--kubeconfig={kubeconfig}", *words]
        subprocess.run(command, input=given, text=True, check=True, stdout=subprocess.DEVNULL)

    return run


@contextmanager
def hold_deployment(kubectl: Kubectl) -> Iterator[None]:
    """Make a deployment, and delete it in the end with its namespace."""
    kubectl("create", "namespace", _NAMESPACE)
    try:
        kubectl("apply", f"--namespace={_NAMESPACE}", "--filename=-", given=_MANIFEST)
        _roll_out(kubectl)
        yield
    finally:
        kubectl("delete", "namespace", _NAMESPACE, "--wait=false")


def _roll_out(kubectl: Kubectl) -> None:
    kubectl("rollout", "status", "deployment/api", f"--namespace={_NAMESPACE}", "--timeout=60s")


def time_kubectl(kubectl: Kubectl, times: Times) -> None:
    """Do by kubectl alone what the actions do."""
    there = f"--namespace={_NAMESPACE}"
    began = time.perf_counter()
    kubectl("get", "pods", there)
    times.add("kubectl get pods", began)
    began = time.perf_counter()
    kubectl("set", "env", "deployment/api", f"AT={time.time_ns()}", "--dry-run=server", there)
    times.add("kubectl, dry run on the server", began)
    began = time.perf_counter()
    kubectl("rollout", "restart", "deployment/api", there)
    times.add("kubectl rollout restart", began)
    _roll_out(kubectl)
    times.add("kubectl rollout restart, status", began)


def time_actions(service: httpx.Client, approver: str, times: Times) -> None:
    """Read, propose, approve and wait until it is verified.

    Args:
        service: HTTP client of the service, as the person who asks.
        approver: Key of the person who approves.
        times: Filled.

    Raises:
        RuntimeError: Something of it isn't done.
    """
    began = time.perf_counter()
    pods = {"action": "kubernetes.get", "parameters": {"resource": "pod", "namespace": _NAMESPACE}}
    _require(_ask(service, pods), "executed")
    times.add("read: get pods", began)
    began = time.perf_counter()
    told = _ask(service, {"action": "kubernetes.rollout_restart", "parameters": _PARAMETERS})
    _require(told, "waiting")
    times.add("proposal: restart", began)
    address = urlsplit(told["proposal"]["approve_url"])
    form = {
        "token": parse_qs(address.query)["token"][0],
        "hash": told["proposal"]["hash"],
        "api_key": approver,
        "decision": "approve",
    }
    time.sleep(_DECIDING_S)
    began = time.perf_counter()
    service.post(address.path, data=form).raise_for_status()
    told = _wait(service, told["key"], lambda one: one["state"] not in _UNDER_WAY)
    _require(told, "executed")
    times.add("approval to done", began)
    told = _wait(service, told["key"], lambda one: one["is_over"])
    if told["verified"] is not True:
        raise RuntimeError(f"the restart wasn't verified: {told.get('told')}")
    times.add("approval to verified", began)


def _ask(service: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    answer = service.post("/v1/actions", json={**body, "wait_seconds": _LONGEST_WAIT})
    told: dict[str, Any] = answer.raise_for_status().json()
    return told


def _wait(service: httpx.Client, key: str, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    ends = time.monotonic() + _PATIENCE_S
    while time.monotonic() < ends:
        told: dict[str, Any] = service.get(f"/v1/actions/{key}").raise_for_status().json()
        if is_there(told):
            return told
        time.sleep(_LOOK_S)
    raise RuntimeError(f"the action {key} took longer than {_PATIENCE_S:.0f} s")


def _require(told: dict[str, Any], state: str) -> None:
    if told["state"] != state:
        raise RuntimeError(f"the action is {told['state']}, not {state}: {told.get('reason', '')}")


def report(times: Times) -> None:
    """Print what the actions took, each beside what kubectl took."""
    for what, beside in _BESIDE.items():
        emit(compare_times(what, times[what], beside, times[beside], "s"))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="how often each is done; one more comes first")
    rounds = parser.parse_args().rounds
    stack, settings = load_stack_settings(), load_settings()
    if not stack.kubernetes_mark.exists():
        leave_out("the stack has no cluster: make kube-up starts one")
    kubectl = open_kubectl(stack)
    open_table(f"{rounds} rounds in turns, after one to warm up")
    headers = {"Authorization": f"Bearer {_read_key(stack.home, 'oncall')}"}
    with (
        hold_deployment(kubectl),
        httpx.Client(base_url=settings.service.url, headers=headers, timeout=_PATIENCE_S) as service,
    ):
        warm_up, times = Times(), Times()
        for each in (warm_up, *[times] * rounds):
            time_kubectl(kubectl, each)
            time_actions(service, _read_key(stack.home, "second"), each)
    report(times)


def _read_key(home: Path, who: str) -> str:
    return (home / f"secrets/api-key-{who}").read_text().strip()


if __name__ == "__main__":
    main()
