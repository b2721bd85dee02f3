"""A person asks in Open WebUI, in a real browser, and opens a source of the answer."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

ADMIN = "admin@runlore.local"
QUESTION = "The OpenSearch cluster is red. What do I do?"
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


@pytest.fixture(scope="module")
def webui_url() -> str:
    url = os.environ.get("RUNLORE_OPENWEBUI_URL", "")
    if not url or os.environ.get("RUNLORE_OPEN_WEBUI") == "off":
        pytest.skip("Open WebUI is not part of the stack under test (RUNLORE_OPEN_WEBUI=off)")
    try:
        httpx.get(f"{url}/health", timeout=5).raise_for_status()
    except httpx.HTTPError as error:
        pytest.skip(f"Open WebUI is not up at {url}: {error}")
    return url


@pytest.fixture(scope="module")
def page(webui_url: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=webui_url)
        page.set_default_timeout(LOAD)
        yield page
        browser.close()


@pytest.fixture(scope="module")
def screenshots() -> Path:
    folder = Path(os.environ.get("RUNLORE_SCREENSHOTS", ".runlore/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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


def test_question_is_answered_with_a_source_that_opens(page: Page, screenshots: Path) -> None:
    sign_in(page)
    page.locator("#chat-input").click()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")

    answer = page.locator(".chat-assistant").last
    # Open WebUI turns each [n] of the text into a button with the title of its source.
    number = answer.get_by_role("button", name=re.compile("View source: OpenSearch cluster is red")).first
    expect(number).to_be_visible()
    expect(answer.get_by_role("button", name=re.compile(r"Toggle \d+ source"))).to_be_visible()
    expect(answer).to_contain_text("Quoted from the sources")
    page.screenshot(path=screenshots / "open-webui-answer.png", animations="disabled")

    number.click()
    passage = page.get_by_role("dialog").last
    expect(passage).to_contain_text("OpenSearch cluster is red")
    page.screenshot(path=screenshots / "open-webui-source.png", animations="disabled")
