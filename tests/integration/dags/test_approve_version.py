"""A refused version goes live only after a person said so in Airflow, and it is known who did."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from opensearchpy import OpenSearch

from evaluation.release import candidate
from evaluation.report.compare import read_recorded
from local.airflow_api import find_active_run, follow_run, trigger_dag
from processors.settings import Settings
from processors.stores import mlflow
from processors.stores.search import write_chunks
from processors.versions import catalog, deletion, swaps
from processors.versions.builds import begin_build, go_on_with
from processors.versions.registry import point_aliases

DAG = "approve_version"
REASON = "All pages but one were deleted on purpose."
pytestmark = pytest.mark.usefixtures("live_versions")


@pytest.fixture
def refused(client: OpenSearch, settings: Settings, airflow: httpx.Client) -> Iterator[str]:
    """A version of one chunk that the gate refused; what was live is so again afterwards."""
    deadline = time.monotonic() + 180
    while find_active_run(airflow, "cag_pipeline"):
        assert time.monotonic() < deadline, "cag_pipeline was never without a run for 180 s"
        time.sleep(0.5)
    live = catalog.find_live(client, "cag") or ""
    (some,) = client.search(index=live, body={"size": 1})["hits"]["hits"]
    meta = {"embedding_model": some["_source"]["embedding_model"], "dimension": settings.embedding.dimension}
    with begin_build(client, "cag", meta) as index:
        write_chunks(client, index, [some["_source"]])
    with go_on_with(client, "cag", index):
        assert not candidate.release_version(client, settings, "cag", index)["promote"]
    yield index
    if catalog.find_live(client, "cag") != live:
        swaps.promote(client, "cag", live)
        point_aliases(settings.mlflow.tracking_uri, "cag", live=live, previous=None, candidate=None)
    deletion.delete_version(client, index)


def ask(airflow: httpx.Client, index: str) -> tuple[str, dict[str, Any]]:
    """Trigger the DAG and wait for its question; give the run and the question."""
    run = trigger_dag(airflow, DAG, {"pipeline": "cag", "version": index, "reason": REASON})
    deadline = time.monotonic() + 180
    # The question is there a moment before the task waits.
    while True:
        task = airflow.get(_name_task(run))
        answer = airflow.get(f"{_name_task(run)}/-1/hitlDetails")
        if answer.is_success and task.json()["state"] == "awaiting_input":
            # Nobody answers at once. Airflow's scheduler, which hears from its executor a moment later that
            # the task has stopped, would take a task that goes on by then for one that failed.
            time.sleep(2)
            return run, answer.json()
        assert time.monotonic() < deadline, f"no question after 180 s: {answer.text}"
        time.sleep(0.5)


def _name_task(run: str) -> str:
    return f"/dags/{DAG}/dagRuns/{run}/taskInstances/approval_task"


def respond(airflow: httpx.Client, run: str, option: str) -> dict[str, str]:
    airflow.patch(f"{_name_task(run)}/-1/hitlDetails", json={"chosen_options": [option]}).raise_for_status()
    return follow_run(airflow, DAG, run, print)


def test_an_approval_promotes_and_is_kept_with_its_name(
    client: OpenSearch, settings: Settings, airflow: httpx.Client, refused: str
) -> None:
    before = catalog.find_live(client, "cag")
    run, question = ask(airflow, refused)
    assert catalog.find_live(client, "cag") == before
    assert refused in question["subject"]
    assert "It holds 1 chunks in all" in question["body"]
    assert REASON in question["body"]
    assert question["defaults"] == ["Reject"]
    assert set(respond(airflow, run, "Approve").values()) == {"success"}
    assert catalog.find_live(client, "cag") == refused
    override = catalog.read_meta(client, refused)["override"]
    assert (override["by"], override["reason"]) == ("admin", REASON)
    with mlflow.open_mlflow(settings.mlflow.tracking_uri) as records:
        tags = read_recorded(records, refused)["tags"]
    assert (tags["gate"], tags["override_by"], tags["override_at"]) == ("overridden", "admin", override["at"])


def test_a_rejection_changes_nothing(client: OpenSearch, airflow: httpx.Client, refused: str) -> None:
    before = catalog.find_live(client, "cag")
    run, _ = ask(airflow, refused)
    states = respond(airflow, run, "Reject")
    assert states["promote_refused_task"] == "skipped"
    assert catalog.find_live(client, "cag") == before
    assert catalog.read_meta(client, refused)["state"] == "refused"
    assert "override" not in catalog.read_meta(client, refused)
