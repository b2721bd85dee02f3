"""A stack that watches itself makes no feedback loop: what a run logs doesn't set off the next one."""

import time
from collections.abc import Callable

import httpx
import pytest

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.settings import Settings
from processors.stores import kafka

RunDag = Callable[..., dict[str, str]]
WINDOW_S = 15
PATIENCE_S = 300


def snapshot(settings: Settings, airflow: httpx.Client) -> tuple[Positions, int]:
    """How far the log topic reaches, and how many runs were not started by the clock."""
    end = kafka.find_ends(settings.kafka, [topics.LOGS])
    woken = {"run_type": ["asset_triggered"], "limit": 1}
    runs = airflow.get("/dags/rag_pipeline/dagRuns", params=woken).raise_for_status().json()
    return end, runs["total_entries"]


@pytest.mark.usefixtures("live_versions")
def test_after_both_pipelines_ran_an_idle_stack_starts_no_run(
    settings: Settings, airflow: httpx.Client, run_dag: RunDag
) -> None:
    run_dag("cag_pipeline", {"rebuild": True})
    run_dag("rag_pipeline")
    deadline = time.monotonic() + PATIENCE_S
    before = snapshot(settings, airflow)
    while True:
        time.sleep(WINDOW_S)
        after = snapshot(settings, airflow)
        if after == before:
            return
        assert time.monotonic() < deadline, f"still busy after {PATIENCE_S} s: {before} → {after}"
        before = after
