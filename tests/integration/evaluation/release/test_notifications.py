"""What the gate tells reaches a real Alertmanager, and is over when a version goes live."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from evaluation.release.notifications import notify_refusal, notify_release
from local.free_port import find_free_port
from processors.settings import Settings, change_settings

PROGRAM = shutil.which("prometheus-alertmanager")
CONFIGURATION = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[str]:
    if PROGRAM is None:
        pytest.skip("prometheus-alertmanager is not installed (Debian: apt install prometheus-alertmanager)")
    (tmp_path / "alertmanager.yml").write_text(CONFIGURATION)
    url = f"127.0.0.1:{find_free_port()}"
    command = [
        PROGRAM,
        f"--config.file={tmp_path / 'alertmanager.yml'}",
        f"--storage.path={tmp_path}",
        f"--web.listen-address={url}",
        "--cluster.listen-address=",
        "--log.level=error",
    ]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 30
        while not _is_ready(url):
            assert process.poll() is None, "Alertmanager ended"
            assert time.monotonic() < deadline, "Alertmanager was not ready after 30 s"
            time.sleep(0.1)
        yield f"http://{url}"
    finally:
        process.terminate()
        process.wait(30)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"http://{url}/-/ready").is_success
    except httpx.TransportError:
        return False


def list_alerts(url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{url}/api/v2/alerts").raise_for_status().json()
    return found


def test_a_refusal_reaches_alertmanager_once_and_ends_with_a_release(
    settings: Settings, alertmanager: str
) -> None:
    told = change_settings(settings, versions={"alertmanager_url": alertmanager})
    reasons = ["It is empty.", "No query set could be measured."]
    for _ in range(2):
        assert notify_refusal(told, "cag", "cag-v000008", "cag-v000007", reasons)
    (alert,) = list_alerts(alertmanager)
    assert alert["labels"] == {
        "alertname": "RunloreVersionRefused",
        "severity": "warning",
        "pipeline": "cag",
        "index": "cag-v000008",
    }
    assert alert["annotations"] == {
        "summary": "The gate refused cag-v000008. People are still answered from cag-v000007.",
        "description": "It is empty.\nNo query set could be measured.",
        "runbook": "docs/runbooks/gate-refused-version.md",
    }
    assert Path(alert["annotations"]["runbook"]).is_file()
    notify_release(told, "cag", ["cag-v000008"])
    assert list_alerts(alertmanager) == []
