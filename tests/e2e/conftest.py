"""Something that just happened in the stack under test, and a browser at its Open WebUI."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from local.settings import load_settings
from local.supervisor import restart_program
from processors.settings import Settings
from tests.support.open_webui import open_browser

RESTARTED = "node-exporter"


@pytest.fixture(scope="session")
def api_key(settings: Settings) -> str:
    return settings.api_key_file.read_text().strip()


@pytest.fixture(scope="session")
def just_restarted(settings: Settings, api_key: str, live_versions: None) -> str:  # noqa: ARG001 - order
    """A service that was stopped and started, once the stack's own log of it can be retrieved."""
    begin = datetime.now(UTC).isoformat()
    restart_program(load_settings(), RESTARTED)
    body = {
        "query": f"stopped: {RESTARTED}",
        "k": 5,
        "pipeline": "rag",
        "filters": {"observed_at": {"gte": begin}},
    }
    headers = {"Authorization": f"Bearer {api_key}"}
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = httpx.post(f"{settings.url}/v1/retrieve", json=body, headers=headers, timeout=30).json()
        if any(f"stopped: {RESTARTED}" in hit["text"] for hit in found["hits"]):
            return RESTARTED
        time.sleep(1)
    pytest.fail(f"the restart of {RESTARTED} was not searchable within 120 s")


# Not for the session: while one Playwright is open, no other test can open its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        yield browser
        browser.close()
