"""Something that just happened in the stack under test, and a browser at its Open WebUI."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from local.settings import load_settings
from local.supervisor import restart_program
from processors.settings import Settings

ADMIN = "admin@runlore.local"
RESTARTED = "node-exporter"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Milliseconds. A page of Open WebUI loads a few megabytes of script on a small machine.
LOAD = 60_000


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


@pytest.fixture(scope="session")
def webui_url() -> str:
    url = os.environ.get("RUNLORE_OPENWEBUI_URL", "")
    if not url or os.environ.get("RUNLORE_OPEN_WEBUI") == "off":
        pytest.skip("Open WebUI is not part of the stack under test (RUNLORE_OPEN_WEBUI=off)")
    try:
        httpx.get(f"{url}/health", timeout=5).raise_for_status()
    except httpx.HTTPError as error:
        pytest.skip(f"Open WebUI is not up at {url}: {error}")
    return url


@pytest.fixture(scope="session")
def page(webui_url: str) -> Iterator[Page]:
    """A browser in which the administrator is signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=webui_url)
        page.set_default_timeout(LOAD)
        sign_in(page)
        yield page
        browser.close()


def sign_in(page: Page) -> None:
    password = Path(os.environ["RUNLORE_HOME"], "secrets", "open-webui-admin").read_text().strip()
    page.goto("/auth")
    page.locator("input[type=email]").fill(ADMIN)
    page.locator("input[type=password]").fill(password)
    page.locator("button[type=submit]").click()
    page.locator("#chat-input").wait_for()
    # A release note greets everybody once.
    greeting = page.get_by_role("button", name="Okay, Let's Go!")
    if greeting.is_visible():
        greeting.click()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = Path(os.environ.get("RUNLORE_SCREENSHOTS", ".runlore/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
