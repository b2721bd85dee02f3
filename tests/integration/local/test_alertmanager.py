"""Alerts leave the stack: Prometheus has found Alertmanager, which takes the configuration we write."""

import subprocess
from pathlib import Path

import httpx
import pytest

from local.passwords import ensure_passwords
from local.settings import StackSettings, load_settings
from local.templates import TEMPLATES, make_values, render_text
from processors.settings import Settings


@pytest.fixture
def stack() -> StackSettings:
    return load_settings()


def test_the_stack_s_prometheus_has_found_alertmanager(settings: Settings, stack: StackSettings) -> None:
    answer = httpx.get(f"{settings.prometheus.url}/api/v1/alertmanagers").raise_for_status().json()
    (found,) = answer["data"]["activeAlertmanagers"]
    assert found["url"] == f"http://127.0.0.1:{stack.ports['alertmanager']}/api/v2/alerts"


@pytest.mark.parametrize("url", ["", "https://chat.example.org/hooks/on-call?of=runlore&as=sre"])
def test_alertmanager_takes_what_we_write_with_a_webhook_and_without(
    stack: StackSettings, tmp_path: Path, url: str
) -> None:
    told = stack.model_copy(update={"alert_webhook": url})
    values = make_values(told, ensure_passwords(told.home / "secrets"))
    file = tmp_path / "alertmanager.yml"
    file.write_text(render_text(TEMPLATES / "alertmanager.yml.template", values))
    checked = subprocess.run(["amtool", "check-config", str(file)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert url in file.read_text()
