"""The DAG `collect` is held off, so that what a test collects is what the test finds."""

import time
from collections.abc import Iterator

import httpx
import pytest

from local.airflow_api import find_active_run


@pytest.fixture(scope="session")
def paused_collect(airflow: httpx.Client) -> Iterator[None]:
    """No run of `collect` but the tests' own calls; a run that is going on ends first."""
    deadline = time.monotonic() + 180
    while find_active_run(airflow, "collect"):
        assert time.monotonic() < deadline, "collect was never without a run for 180 s"
        time.sleep(0.5)
    airflow.patch("/dags/collect", json={"is_paused": True}).raise_for_status()
    yield
    airflow.patch("/dags/collect", json={"is_paused": False}).raise_for_status()
