"""When a DAG is paused, against a fake Airflow that says how many runs are under way."""

import json

import httpx
import pytest

from processors.pipelines.backup.pausing import pause_when_idle


class FakeAirflow:
    """Answers whether a run is under way with one of these after the other, and notes what is paused."""

    def __init__(self, active: list[bool]) -> None:
        self.active, self.paused = active, list[bool]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            self.paused.append(json.loads(request.content)["is_paused"])
            return httpx.Response(200, json={})
        return httpx.Response(200, json={"dag_runs": [{}] if self.active.pop(0) else []})

    def open(self) -> httpx.Client:
        return httpx.Client(base_url="http://airflow", transport=httpx.MockTransport(self))


def test_a_dag_is_paused_by_a_fake_airflow_only_once_it_is_without_a_run() -> None:
    fake = FakeAirflow([True, True, False, False])
    pause_when_idle(fake.open(), "rag_pipeline", 60)
    assert fake.paused == [True]


def test_a_run_that_began_in_between_goes_on_in_a_fake_airflow() -> None:
    fake = FakeAirflow([False, True, True, False, False])
    pause_when_idle(fake.open(), "rag_pipeline", 60)
    assert fake.paused == [True, False, True]


def test_one_that_is_never_without_a_run_is_not_waited_for_for_ever() -> None:
    fake = FakeAirflow([True] * 1_000)
    with pytest.raises(TimeoutError, match="rag_pipeline was never without a run"):
        pause_when_idle(fake.open(), "rag_pipeline", 0.3)
    assert fake.paused == []
