"""Somebody asks in the chat, somebody else approves in a real browser, and both see what came of it.

It needs a cluster: `make test-actions`.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from processors.settings import Settings
from tests.support.approving import approve_in_airflow, decide_on_page, read_key
from tests.support.open_webui import LOAD, open_browser

PATIENCE = 240.0
Say = dict[str, Any]


class Chat:
    """A conversation of one person with the service."""

    def __init__(self, settings: Settings, who: str) -> None:
        headers = {"Authorization": f"Bearer {read_key(who)}"}
        self.service = httpx.Client(base_url=settings.service.url, headers=headers, timeout=90)
        self.said: list[dict[str, str]] = []
        self.action: dict[str, str] = {}

    def say(self, text: str) -> str:
        """Say something, and return the answer."""
        self.said.append({"role": "user", "content": text})
        body = {"model": "runlore", "messages": self.said}
        told = self.service.post("/v1/chat/completions", json=body).raise_for_status().json()
        answer: str = told["choices"][0]["message"]["content"]
        self.said.append({"role": "assistant", "content": answer})
        self.action = told["runlore"].get("action", {})
        return answer

    def report(self) -> dict[str, Any]:
        """Tell how far the last action is."""
        told: dict[str, Any] = self.service.get(f"/v1/actions/{self.action['key']}").raise_for_status().json()
        return told

    def wait_for_end(self) -> dict[str, Any]:
        """Wait until nothing more comes of the last action."""
        ends = time.monotonic() + PATIENCE
        while not (told := self.report())["is_over"]:
            assert time.monotonic() < ends, told
            time.sleep(0.5)
        return told


@pytest.fixture
def oncall(acting: Settings) -> Iterator[Chat]:
    chat = Chat(acting, "oncall")
    yield chat
    chat.service.close()


@pytest.fixture
def guest(acting: Settings) -> Iterator[Chat]:
    chat = Chat(acting, "guest")
    yield chat
    chat.service.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(LOAD)
    yield page
    page.close()


def test_the_pods_are_the_answer(oncall: Chat, namespace: str, api: str) -> None:
    told = oncall.say(f"kubectl get pods -n {namespace}")
    assert told.count(f"{api}-") == 2, told
    assert oncall.action["state"] == "executed"


def test_what_somebody_may_not_read_is_refused_with_the_missing_right(
    guest: Chat, namespace: str, api: str
) -> None:
    told = guest.say(f"покажи поды в {namespace}")
    assert f"list pods in the namespace {namespace}" in told
    assert f"{api}-" not in told
    assert guest.action["state"] == "refused"


def test_a_restart_is_approved_in_airflow_verified_and_taken_back(
    oncall: Chat, page: Page, screenshots: Path, namespace: str, api: str
) -> None:
    told = oncall.say(f"restart the {api} deployment in {namespace}")
    assert "+        kubectl.kubernetes.io/restartedAt:" in told
    assert "Nothing has been changed" in told
    approve_in_airflow(page, oncall.action["url"], screenshots / "airflow-approval.png")
    done = oncall.wait_for_end()
    assert (done["state"], done["approver"], done["verified"]) == ("executed", "airflow:approver", True)
    told = oncall.say("what became of it?")
    assert "Approved by `airflow:approver`." in told
    assert "2 of 2 replicas available" in told
    (undo,) = [line.split("`")[1] for line in told.splitlines() if "`/do " in line]
    assert undo.startswith(f"/do kubectl rollout undo deployment/{api}")
    assert "Nothing has been changed" in oncall.say(undo)


def decide(page: Page, chat: Chat, who: str, button: str) -> None:
    """Decide about the chat's last action on the page of its link."""
    decide_on_page(page, chat.report()["proposal"]["approve_url"], who, button)


def test_a_restart_is_approved_on_the_page_of_its_link_by_another_person_only(
    oncall: Chat, page: Page, namespace: str, api: str
) -> None:
    oncall.say(f"kubectl rollout restart deployment/{api} -n {namespace}")
    decide(page, oncall, "oncall", "Approve")
    expect(page.get_by_text("another person has to approve it")).to_be_visible()
    decide(page, oncall, "guest", "Approve")
    expect(page.get_by_text("may not approve")).to_be_visible()
    decide(page, oncall, "second", "Approve")
    expect(page.get_by_text("Approved. It runs now")).to_be_visible()
    done = oncall.wait_for_end()
    assert (done["state"], done["approver"]) == ("executed", "key:second"), done


def test_a_no_on_the_page_is_a_no(oncall: Chat, page: Page, namespace: str, api: str) -> None:
    oncall.say(f"kubectl scale deployment/{api} --replicas=5 -n {namespace}")
    decide(page, oncall, "second", "Reject")
    expect(page.get_by_text("Rejected.")).to_be_visible()
    assert oncall.wait_for_end()["state"] == "rejected"


def test_two_browsers_that_approve_at_once_are_one_approval(
    oncall: Chat, browser: Browser, namespace: str, api: str
) -> None:
    oncall.say(f"kubectl scale deployment/{api} --replicas=3 -n {namespace}")
    pages = [browser.new_page(), browser.new_page()]
    presses: list[Callable[[], None]] = []
    for page in pages:
        page.goto(oncall.report()["proposal"]["approve_url"])
        page.get_by_label("Your own API key").fill(read_key("second"))
        presses.append(page.get_by_role("button", name="Approve").click)
    for press in presses:
        press()
    told = [page.locator(".told").inner_text() for page in pages]
    assert told == ["Approved. It runs now; this page shows how far it is.", "Somebody decided before you."]
    assert oncall.wait_for_end()["state"] == "executed"
    for page in pages:
        page.close()
