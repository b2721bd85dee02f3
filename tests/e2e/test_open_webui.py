"""A person asks in Open WebUI, in a real browser, and opens a source of the answer."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

RUNBOOK_QUESTION = "The OpenSearch cluster is red. What do I do?"


def ask(page: Page, question: str) -> Locator:
    """Type a question into a new chat and return its finished answer."""
    page.goto("/")
    page.locator("#chat-input").click()
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    answer = page.locator(".chat-assistant").last
    expect(answer).to_contain_text("Quoted from the sources")
    expect(answer.get_by_role("button", name=re.compile(r"Toggle \d+ source"))).to_be_visible()
    return answer


def open_source(page: Page, answer: Locator, title: str) -> Locator:
    """Click the number that stands for a source; Open WebUI makes each [n] a button with its title."""
    answer.get_by_role("button", name=re.compile(f"View source: .*{title}")).first.click()
    return page.get_by_role("dialog").last


def test_a_runbook_answers_with_a_source_that_opens(page: Page, screenshots: Path) -> None:
    answer = ask(page, RUNBOOK_QUESTION)
    page.screenshot(path=screenshots / "open-webui-answer.png", animations="disabled")
    passage = open_source(page, answer, "OpenSearch cluster is red")
    expect(passage).to_contain_text("OpenSearch cluster is red")
    page.screenshot(path=screenshots / "open-webui-source.png", animations="disabled")


@pytest.mark.usefixtures("live_versions")
def test_what_just_happened_is_answered_from_the_stacks_own_logs(
    page: Page, screenshots: Path, just_restarted: str
) -> None:
    answer = ask(page, f"What just happened to {just_restarted}?")
    expect(answer).to_contain_text(f"stopped: {just_restarted}")
    page.screenshot(path=screenshots / "open-webui-just-happened.png", animations="disabled")
    passage = open_source(page, answer, "supervisor")
    expect(passage).to_contain_text(just_restarted)
