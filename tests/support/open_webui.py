"""A person in front of Open WebUI, in a real browser."""

import os
import re
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Locator, Page, Playwright

ADMIN = "admin@runlore.local"
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
_FOR_ALL = {"principal_type": "user", "principal_id": "*", "permission": "read"}
# When a text that appears had which length, by the clock of the page.
WATCH = """() => {
  window.seen = [];
  const look = () => {
    const said = document.querySelectorAll('.chat-assistant');
    const last = said[said.length - 1];
    const length = last ? last.textContent.length : 0;
    const done = !!last?.parentElement.closest('[id^="message-"]')?.querySelector('.copy-response-button');
    const before = window.seen[window.seen.length - 1];
    if (!before || before.said !== said.length || before.length !== length || before.done !== done)
      window.seen.push({at: performance.now(), said: said.length, length, done});
    requestAnimationFrame(look);
  };
  look();
}"""


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in."""

    email: str
    password: str


@dataclass(frozen=True)
class Given:
    """An answer as it appeared on the page."""

    shown: Locator
    seconds: float
    """From asking to its end."""
    growths: int
    """How often more of it appeared."""


def open_browser(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))


def read_admin() -> Person:
    home = Path(os.environ.get("RUNLORE_OPENWEBUI_HOME") or os.environ["RUNLORE_HOME"])
    return Person(ADMIN, (home / "secrets/open-webui-admin").read_text().strip())


@contextmanager
def sign_in_admin(url: str) -> Iterator[httpx.Client]:
    """The administrator at Open WebUI's own API."""
    admin = read_admin()
    with httpx.Client(base_url=url, timeout=30) as client:
        login = {"email": admin.email, "password": admin.password}
        token = client.post("/api/v1/auths/signin", json=login).raise_for_status().json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@contextmanager
def add_person(url: str) -> Iterator[Person]:
    """Somebody whom the administrator has added, with no more rights than to ask."""
    person = Person(f"{uuid.uuid4().hex[:8]}@runlore.local", secrets.token_urlsafe(12))
    with sign_in_admin(url) as client:
        body = {"name": "First Timer", "email": person.email, "password": person.password, "role": "user"}
        added = client.post("/api/v1/auths/add", json=body).raise_for_status().json()
        try:
            yield person
        finally:
            client.delete(f"/api/v1/users/{added['id']}").raise_for_status()


def sign_in(page: Page, person: Person) -> None:
    page.goto("/auth")
    page.locator("input[type=email]").fill(person.email)
    page.locator("input[type=password]").fill(person.password)
    page.locator("button[type=submit]").click()
    page.locator("#chat-input").wait_for()


@contextmanager
def open_page_of_newcomer(browser: Browser, url: str) -> Iterator[Page]:
    """A page at which somebody has signed in whom the administrator added a moment ago."""
    with add_person(url) as person:
        page = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=url)
        page.set_default_timeout(LOAD)
        sign_in(page, person)
        yield page
        page.close()


def type_question(page: Page, question: str) -> None:
    page.locator("#chat-input").click()
    page.keyboard.type(question)


def begin_chat(page: Page) -> None:
    page.goto("/")
    page.locator("#chat-input").wait_for()


def ask(page: Page, question: str) -> Given:
    """Type a question, send it and read the answer to its end."""
    type_question(page, question)
    return wait_for_answer(page, lambda: page.keyboard.press("Enter"))


def wait_for_answer(page: Page, send: Callable[[], object]) -> Given:
    """Do what sends a question, and wait for the end of the answer; the page's own clock is read."""
    before = page.locator(".chat-assistant").count()
    page.evaluate(WATCH)
    asked = page.evaluate("performance.now()")
    send()
    page.wait_for_function(f"window.seen.some(one => one.said > {before} && one.done && one.length)")
    seen = [one for one in page.evaluate("window.seen") if one["said"] > before]
    end = next(one["at"] for one in seen if one["done"])
    lengths = {one["length"] for one in seen if one["at"] <= end and one["length"]}
    return Given(page.locator(".chat-assistant").last, (end - asked) / 1000, len(lengths))


def open_source(page: Page, answer: Locator, title: str) -> Locator:
    """Click the number that stands for a source; Open WebUI makes each [n] a button with its title."""
    answer.get_by_role("button", name=re.compile(f"View source: .*{title}")).first.click()
    return page.get_by_role("dialog").last


def close_source(page: Page) -> None:
    page.get_by_role("button", name="Close citation modal").click()


@contextmanager
def connect_service(url: str, service: httpx.Client, prefix: str) -> Iterator[None]:
    """Let Open WebUI ask a second service too, whose models carry a prefix; nothing of it stays."""
    key = service.headers["Authorization"].split()[1]
    with connect_models(url, f"{service.base_url}/v1", key, prefix):
        yield


@contextmanager
def connect_models(url: str, models: str, key: str, prefix: str) -> Iterator[None]:
    """Let Open WebUI ask other models too, whose names carry a prefix; nothing of it stays.

    Args:
        url: Of Open WebUI.
        models: Base URL of who serves them.
        key: For it.
        prefix: Stands before the name of each.
    """
    with sign_in_admin(url) as client:
        was = client.get("/openai/config").raise_for_status().json()
        named = {"prefix_id": prefix, "headers": {"X-Runlore-Record": "off"}}
        second = {
            **was,
            "OPENAI_API_BASE_URLS": [*was["OPENAI_API_BASE_URLS"], models],
            "OPENAI_API_KEYS": [*was["OPENAI_API_KEYS"], key],
            "OPENAI_API_CONFIGS": {
                **was["OPENAI_API_CONFIGS"],
                str(len(was["OPENAI_API_BASE_URLS"])): named,
            },
        }
        client.post("/openai/config/update", json=second).raise_for_status()
        try:
            yield
        finally:
            client.post("/openai/config/update", json=was).raise_for_status()


@contextmanager
def connect_tools(url: str, server: str, key: str, base_model: str) -> Iterator[str]:
    """Give a model the tools of a server, and yield the name of the model that has them; nothing stays.

    Args:
        url: Of Open WebUI.
        server: Address of the server's MCP.
        key: For it.
        base_model: Which calls the tools.
    """
    name = "with-tools"
    connection = {
        "type": "mcp", "url": server, "path": "", "auth_type": "bearer", "key": key,
        "config": {"enable": True, "access_grants": [_FOR_ALL]}, "info": {"id": "runlore", "name": "Runlore"},
    }  # fmt: skip
    model = {
        "id": name, "base_model_id": base_model, "name": name, "access_grants": [_FOR_ALL],
        "meta": {"toolIds": ["server:mcp:runlore"]}, "params": {},
    }  # fmt: skip
    with sign_in_admin(url) as client:
        was = client.get("/api/v1/configs/tool_servers").raise_for_status().json()
        client.post("/api/v1/configs/tool_servers/verify", json=connection).raise_for_status()
        told = {"TOOL_SERVER_CONNECTIONS": [connection]}
        client.post("/api/v1/configs/tool_servers", json=told).raise_for_status()
        client.post("/api/v1/models/create", json=model).raise_for_status()
        try:
            yield name
        finally:
            client.post("/api/v1/models/model/delete", json={"id": name}).raise_for_status()
            client.post("/api/v1/configs/tool_servers", json=was).raise_for_status()
