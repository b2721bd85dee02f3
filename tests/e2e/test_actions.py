"""Somebody acts from Open WebUI, and another person approves in Airflow's UI: both in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes.client import ApiClient, AppsV1Api
from opensearchpy import OpenSearch
from playwright.sync_api import Browser, Page, expect

from processors.pipelines.actions.audit import verify_audit
from processors.settings import Settings
from processors.stores.actions.audit import list_entries
from tests.support.approving import approve_in_airflow
from tests.support.open_webui import (
    LOAD,
    Person,
    add_person,
    ask,
    begin_chat,
    read_admin,
    sign_in,
)
from tests.support.waiting import wait_for

RUN = re.compile(r"/dags/actions/runs/[\w-]+")
KEY = re.compile(r"[0-9a-f]{32}")


def open_page(browser: Browser, webui_url: str, person: Person) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 1000}, base_url=webui_url)
    page.set_default_timeout(2 * LOAD)
    sign_in(page, person)
    return page


@pytest.fixture
def oncall(browser: Browser, webui_url: str, acting: Settings) -> Iterator[Page]:  # noqa: ARG001 - skips
    """The administrator of Open WebUI, who is the one on call."""
    page = open_page(browser, webui_url, read_admin())
    yield page
    page.close()


@pytest.fixture
def guest(browser: Browser, webui_url: str, acting: Settings) -> Iterator[Page]:  # noqa: ARG001 - skips
    """Somebody who has just been added, and may see one namespace."""
    with add_person(webui_url) as person:
        page = open_page(browser, webui_url, person)
        yield page
        page.close()


@pytest.fixture
def approver(browser: Browser) -> Iterator[Page]:
    """Another person's browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(2 * LOAD)
    yield page
    context.close()


def test_pods_are_shown_to_who_may_see_them(
    oncall: Page, guest: Page, screenshots: Path, namespace: str, api: str
) -> None:
    begin_chat(oncall)
    shown = ask(oncall, f"kubectl get pods -n {namespace}").shown
    expect(shown).to_contain_text(re.compile(rf"({api}-\S+\s+1/1\s+Running.*){{2}}", re.DOTALL))
    oncall.screenshot(path=screenshots / "open-webui-pods.png", animations="disabled")

    begin_chat(guest)
    refused = ask(guest, f"kubectl get pods -n {namespace}").shown
    expect(refused).to_contain_text(f"list pods in the namespace {namespace}")
    expect(refused).not_to_contain_text(f"{api}-")
    guest.screenshot(path=screenshots / "open-webui-pods-refused.png", animations="disabled")


def test_a_restart_is_proposed_approved_verified_recorded_and_taken_back(
    oncall: Page,
    approver: Page,
    acting: Settings,
    client: OpenSearch,
    admin: ApiClient,
    screenshots: Path,
    namespace: str,
    api: str,
) -> None:
    apps = AppsV1Api(admin)
    begin_chat(oncall)
    proposed = ask(oncall, f"restart deployment {api} in {namespace}").shown
    expect(proposed).to_contain_text("kubectl.kubernetes.io/restartedAt")
    expect(proposed).to_contain_text("Nothing has been changed")
    oncall.screenshot(path=screenshots / "open-webui-proposal.png", animations="disabled")
    assert apps.read_namespaced_deployment(api, namespace).spec.template.metadata.annotations is None

    run_url = find_run(proposed.inner_html(), acting)
    approve_in_airflow(approver, run_url, screenshots / "airflow-approval.png")
    key = KEY.search(run_url)
    assert key
    events = wait_for(lambda: tell_events(client, key[0], "verified"), 240)
    assert events == ["proposed", "approved", "started", "executed", "verified"]
    told = ask(oncall, "what became of it?").shown
    expect(told).to_contain_text("2 of 2 replicas available")
    expect(told).to_contain_text("airflow:approver")
    oncall.screenshot(path=screenshots / "open-webui-action-done.png", animations="disabled")

    undo = re.search(r"/do kubectl rollout undo [^\n]+", told.inner_text())
    assert undo
    back = ask(oncall, undo[0].strip()).shown
    expect(back).to_contain_text("Nothing has been changed")
    approve_in_airflow(approver, find_run(back.inner_html(), acting), screenshots / "airflow-roll-back.png")
    wait_for(lambda: tell_events(client, key[0], "rolled_back"), 240)
    assert apps.read_namespaced_deployment(api, namespace).spec.template.metadata.annotations is None
    assert verify_audit(client, acting.kafka).records


def find_run(html: str, settings: Settings) -> str:
    """Return where the run of an action that is shown can be seen."""
    found = RUN.search(html)
    assert found, html
    return f"{settings.airflow.url}{found[0]}"


def tell_events(client: OpenSearch, key: str, last: str) -> list[str]:
    """Return what happened with an action, nothing before the event that is waited for."""
    events = [str(entry.event) for entry in list_entries(client, key)]
    return events if last in events else []
