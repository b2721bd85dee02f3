"""In Open WebUI another model asks the service by its tools: a stand-in, which calls one for any question."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from processors.settings import Settings
from tests.support.open_webui import ask, connect_models, connect_tools, open_page_of_newcomer
from tests.support.tool_caller import NAME, serve_tool_caller

QUESTION = "The OpenSearch cluster is red. What do I do?"


@pytest.fixture
def model(webui_url: str, settings: Settings, api_key: str) -> Iterator[str]:
    """A model that has the service's tools."""
    with (
        serve_tool_caller("_ask") as url,
        connect_models(webui_url, url, "unused", "stand-in"),
        connect_tools(webui_url, f"{settings.service.url}/mcp", api_key, f"stand-in.{NAME}") as model,
    ):
        yield model


@pytest.fixture
def page(browser: Browser, webui_url: str) -> Iterator[Page]:
    with open_page_of_newcomer(browser, webui_url) as page:
        yield page


@pytest.mark.usefixtures("live_versions")
def test_a_model_played_by_a_stand_in_answers_by_the_tool(model: str, page: Page, screenshots: Path) -> None:
    page.goto(f"/?models={model}")
    page.locator("#chat-input").wait_for()
    given = ask(page, QUESTION)
    expect(given.shown).to_contain_text("The tool says:")
    expect(given.shown).to_contain_text("_cluster/reroute?retry_failed=true")
    page.screenshot(path=screenshots / "open-webui-tools.png", animations="disabled")
