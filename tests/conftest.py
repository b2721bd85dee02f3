"""The running stack under test, and Airflow to run its pipelines on."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
from opensearchpy import OpenSearch

from local.airflow_api import follow_run, open_airflow, trigger_dag
from local.settings import load_settings as load_stack_settings
from processors.pipelines.backup.pausing import pause_when_idle
from processors.settings import Settings, load_settings
from processors.stores.search import open_search

# A change is judged by the same examples each time; what nobody has tried yet is for `make fuzz`.
hypothesis.settings.register_profile("repeatable", derandomize=True)
if "FUZZ_SECONDS" not in os.environ:
    hypothesis.settings.load_profile("repeatable")

RunDag = Callable[..., dict[str, str]]
"""Trigger a DAG with a form, wait for it, return task id to state; a failed run is an error."""


@pytest.fixture(scope="session")
def settings() -> Settings:
    if "RUNLORE_OPENSEARCH_URL" not in os.environ:
        pytest.skip(
            "RUNLORE_OPENSEARCH_URL is not set: no running stack to test (make test-integration starts one)"
        )
    return load_settings()


@pytest.fixture(scope="session")
def client(settings: Settings) -> OpenSearch:
    return open_search(settings.opensearch)


@pytest.fixture(scope="session")
def airflow(settings: Settings) -> Iterator[httpx.Client]:  # noqa: ARG001 - skips without a stack
    with open_airflow(load_stack_settings()) as client:
        yield client


@pytest.fixture(scope="session")
def run_dag(airflow: httpx.Client) -> RunDag:
    def run(dag: str, form: dict[str, Any] | None = None) -> dict[str, str]:
        run_id = trigger_dag(airflow, dag, form)
        return follow_run(airflow, dag, run_id, print)

    return run


@pytest.fixture
def paused_rag(airflow: httpx.Client) -> Iterator[None]:
    """No run of rag_pipeline but the test's own stages."""
    with hold_off(airflow, "rag_pipeline"):
        yield


@contextmanager
def hold_off(airflow: httpx.Client, dag: str) -> Iterator[None]:
    """Let no run of a DAG begin; one that is going on ends first."""
    pause_when_idle(airflow, dag, 180)
    try:
        yield
    finally:
        airflow.patch(f"/dags/{dag}", json={"is_paused": False}).raise_for_status()


@pytest.fixture(scope="session")
def live_versions(client: OpenSearch, run_dag: RunDag) -> None:
    """Both pipelines have a live version."""
    for pipeline in ("cag", "rag"):
        if not client.indices.exists_alias(name=pipeline):
            run_dag(f"{pipeline}_pipeline")


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
def screenshots() -> Path:
    folder = Path(os.environ.get("RUNLORE_SCREENSHOTS", ".runlore/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
