"""A bad answer is found among MLflow's traces, its page is noted there, and the next gate asks for it."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from mlflow.tracking import MlflowClient
from playwright.sync_api import Page, expect, sync_playwright

from processors.settings import Settings
from tests.conftest import RunDag
from tests.support.open_webui import LOAD, open_browser
from tests.support.replicas import running
from tests.support.waiting import wait_for

PAGE: Final = "disk-full.md"
_FIELDS: Final = "shared.model-trace-explorer.assessment-"


@pytest.fixture(scope="module")
def question(live_versions: None) -> str:  # noqa: ARG001 - order
    return f"The disk is full and nothing can be saved: who tidies up? Ticket {uuid.uuid4().hex[:8]}."


@pytest.fixture(scope="module")
def experiment(settings: Settings, question: str) -> str:
    """The id of the experiment that has the trace of the question, asked of a service that makes traces."""
    with running(1, {"RUNLORE_TRACES": "true"}) as (replica,):
        key = {"Authorization": f"Bearer {settings.access.read_api_key()}"}
        body = {"model": "runlore", "messages": [{"role": "user", "content": question}]}
        httpx.post(
            f"{replica.url}/v1/chat/completions", json=body, headers=key, timeout=60
        ).raise_for_status()
    client = MlflowClient(settings.mlflow.tracking_uri)
    found = wait_for(lambda: client.get_experiment_by_name(settings.mlflow.traces_experiment), 60)
    wait_for(lambda: has_trace(client, found.experiment_id, question), 60)
    return str(found.experiment_id)


def has_trace(client: MlflowClient, experiment: str, question: str) -> bool:
    traces = client.search_traces(locations=[experiment], max_results=20, include_spans=False)
    return any(question in (trace.info.request_preview or "") for trace in traces)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright, open_browser(playwright) as browser:
        opened = browser.new_page(viewport={"width": 1500, "height": 900})
        opened.set_default_timeout(LOAD)
        yield opened


def note_page(page: Page, name: str) -> None:
    """Say in the open trace which page has the answer, as a person does."""
    page.get_by_role("button", name="Assess").click()
    page.get_by_role("button", name="Add expectation").click()
    page.get_by_placeholder("Enter an expectation name").fill("page")
    page.keyboard.press("Enter")
    page.get_by_label("Data Type").click()
    page.get_by_role("option", name="String").click()
    page.locator(f"[data-component-id='{_FIELDS}value-string-input']").fill(name)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("button", name="Create")).to_have_count(0)


def read_golden(client: MlflowClient, folder: Path) -> list[dict[str, Any]]:
    """Return what the newest version was asked, a row for each golden query."""
    experiment = client.get_experiment_by_name("runlore-cag")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id], max_results=1)
    table = json.loads(
        Path(client.download_artifacts(run.info.run_id, "golden.json", str(folder))).read_text()
    )
    return [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]


def test_a_note_at_a_trace_is_a_golden_query_of_the_next_version(
    settings: Settings,
    question: str,
    experiment: str,
    page: Page,
    run_dag: RunDag,
    tmp_path: Path,
    screenshots: Path,
) -> None:
    client = MlflowClient(settings.mlflow.tracking_uri)
    page.goto(f"{settings.mlflow.tracking_uri}/#/experiments/{experiment}/traces")
    # MLflow greets whoever comes first.
    page.get_by_role("button", name="Got it").click()
    page.get_by_text(question).first.click()
    note_page(page, PAGE)
    page.screenshot(path=screenshots / "mlflow-trace.png")
    run_dag("cag_pipeline", {"rebuild": True})
    (mine,) = [row for row in read_golden(client, tmp_path) if row["query"] == question]
    assert mine["query_id"].startswith("trace-")
    # The page is somewhere among what is found, so it is the one that was looked for.
    assert mine["recall_at_50"] == 1
