"""A real Prometheus of a test's own, in which an alert can be made to fire and to end."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from local.free_port import find_free_port
from tests.support.waiting import wait_for

_STARTED_S = 60


class OwnPrometheus(NamedTuple):
    """Where it is, and the file of its rules."""

    url: str
    rules: Path

    def set_rule(self, name: str, expression: str, labels: Mapping[str, str] | None = None) -> None:
        """Let this one rule be all that it knows."""
        rule = {"alert": name, "expr": expression, "labels": {"severity": "critical", **(labels or {})},
                "annotations": {"summary": f"{name} is only a test."}}  # fmt: skip
        self.rules.write_text(json.dumps({"groups": [{"name": "test", "rules": [rule]}]}))
        httpx.post(f"{self.url}/-/reload").raise_for_status()


@contextmanager
def start_prometheus(folder: Path, targets: Iterable[str] = ()) -> Iterator[OwnPrometheus]:
    """Start it; it is asked every second, and asks itself and the targets as often.

    Args:
        folder: For its files.
        targets: Host and port of each.
    """
    port = find_free_port()
    rules, config = folder / "rules.json", folder / "prometheus.json"
    rules.write_text("{}")
    jobs = [
        {"job_name": "prometheus", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]},
        {"job_name": "test", "static_configs": [{"targets": list(targets)}]},
    ]
    seconds = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config.write_text(json.dumps({"global": seconds, "rule_files": [str(rules)], "scrape_configs": jobs}))
    options = [f"--config.file={config}", f"--storage.tsdb.path={folder}/data", "--web.enable-lifecycle"]
    process = subprocess.Popen(["prometheus", *options, f"--web.listen-address=127.0.0.1:{port}"])
    try:
        wait_for(lambda: _is_up(f"http://127.0.0.1:{port}"), _STARTED_S)
        yield OwnPrometheus(f"http://127.0.0.1:{port}", rules)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _is_up(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/api/v1/query", params={"query": "up"})
    except httpx.TransportError:
        return False
    return answer.is_success and bool(answer.json()["data"]["result"])
