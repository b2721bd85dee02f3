"""Something that just happened in the stack under test, and a browser at its Open WebUI."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from local.settings import load_settings
from local.supervisor import restart_program
from processors.settings import Settings
from tests.conftest import RunDag
from tests.integration.conftest import acting, admin, api, kubeconfigs, namespace
from tests.support.open_webui import open_browser

RESTARTED = "node-exporter"
# The fixtures of a cluster are those of the integration tests.
__all__ = ["acting", "admin", "api", "kubeconfigs", "namespace"]


@pytest.fixture(scope="session")
def api_key(settings: Settings) -> str:
    return settings.access.read_api_key()


@pytest.fixture(scope="session")
def just_restarted(settings: Settings, api_key: str, live_versions: None) -> str:  # noqa: ARG001 - order
    """A service that was stopped and started, once the stack's own log of it can be retrieved."""
    begin = datetime.now(UTC).isoformat()
    restart_program(load_settings(), RESTARTED)
    filters = {"observed_at": {"gte": begin}}
    wait_until_found(settings, api_key, f"stopped: {RESTARTED}", filters, f"stopped: {RESTARTED}")
    return RESTARTED


@pytest.fixture(scope="session")
def collected_runs(settings: Settings, api_key: str, live_versions: None, run_dag: RunDag) -> None:  # noqa: ARG001 - order
    """Airflow's own runs can be retrieved; on a new stack they have yet to be collected."""
    run_dag("collect")
    wait_until_found(settings, api_key, "Which DAG runs finished?", {}, " succeeded, ")


def wait_until_found(
    settings: Settings, api_key: str, query: str, filters: dict[str, Any], text: str
) -> None:
    """Ask until something that was observed has a text in it."""
    deadline = time.monotonic() + 120
    while not is_found(settings, api_key, query, filters, text):
        assert time.monotonic() < deadline, f"{text!r} was not searchable within 120 s"
        time.sleep(1)


def is_found(settings: Settings, api_key: str, query: str, filters: dict[str, Any], *parts: str) -> bool:
    """Tell whether one of the first five observations has all these parts in its text."""
    body = {"query": query, "k": 5, "pipeline": "rag", "filters": filters}
    headers = {"Authorization": f"Bearer {api_key}"}
    found = httpx.post(f"{settings.service.url}/v1/retrieve", json=body, headers=headers, timeout=30)
    hits = found.raise_for_status().json()["hits"]
    return any(all(part in hit["text"] for part in parts) for hit in hits)


# Not for the session: while one Playwright is open, no other test can open its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        yield browser
        browser.close()
