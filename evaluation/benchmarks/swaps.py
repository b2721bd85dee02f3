"""`make bench-swaps`: how long it takes to take the live `cag` version back, by command and as a DAG run.

Each rollback is a real one, on the running stack: the alias moves to the version before and is moved back
afterwards. Beside it stands a bare `_aliases` request that moves an alias between two empty indices. The
command is timed from its start to its end, and to the moment when its version is live; the DAG run from the
request that triggers it to the moment when Airflow calls it successful.
"""

import argparse
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

import httpx
from opensearchpy import OpenSearch

from evaluation.benchmarks.rows import compare_times, emit, leave_out, open_table
from local.airflow_api import FINISHED, open_airflow, trigger_dag
from local.settings import load_settings as load_stack_settings
from processors.settings import load_settings
from processors.stores.search import open_search
from processors.versions.catalog import find_live
from processors.versions.swaps import find_previous, swap

_BARE: Final = ("bench-swaps-a", "bench-swaps-b")
_LOOK_S: Final = 0.005
_LOOK_AT_RUN_S: Final = 0.1
_PATIENCE_S: Final = 120.0


def time_bare(client: OpenSearch, rounds: int) -> list[float]:
    """Return the seconds of bare requests that move an alias from one empty index to another."""
    for index in _BARE:
        client.indices.delete(index=index, params={"ignore_unavailable": "true"})
        client.indices.create(index=index, body={"settings": {"number_of_replicas": 0}})
    try:
        client.indices.put_alias(index=_BARE[0], name="bench-swaps")
        times = []
        for number in range(rounds):
            source, target = _BARE[number % 2], _BARE[1 - number % 2]
            moved = [
                {"remove": {"index": source, "alias": "bench-swaps", "must_exist": True}},
                {"add": {"index": target, "alias": "bench-swaps"}},
            ]
            begin = time.perf_counter()
            client.indices.update_aliases(body={"actions": moved})
            times.append(time.perf_counter() - begin)
        return times
    finally:
        client.indices.delete(index=",".join(_BARE))


def time_rollbacks(
    client: OpenSearch, rounds: int, roll_back: Callable[[], None]
) -> tuple[list[float], list[float]]:
    """Return the seconds of rollbacks to their end, and to the moment when the alias had moved.

    Args:
        client: OpenSearch.
        rounds: How often; each is undone before the next.
        roll_back: Does it, and returns when it is done.
    """
    whole, moved = [], []
    for _ in range(rounds):
        live, previous = find_live(client, "cag"), find_previous(client, "cag")
        if live is None or previous is None:
            leave_out("cag has no version to go back to: trigger cag_pipeline with Rebuild everything, twice")
        begin = time.perf_counter()
        watching = _Watching(client, previous, begin)
        roll_back()
        whole.append(time.perf_counter() - begin)
        moved.append(watching.wait())
        swap(client, "cag", previous, live, is_rollback=True)
    return whole, moved


class _Watching:
    """Looks in another thread when a version is live."""

    def __init__(self, client: OpenSearch, version: str, begin: float) -> None:
        self.taken = 0.0
        self.thread = threading.Thread(target=self._look, args=(client, version, begin))
        self.thread.start()

    def _look(self, client: OpenSearch, version: str, begin: float) -> None:
        while find_live(client, "cag") != version and time.perf_counter() - begin < _PATIENCE_S:
            time.sleep(_LOOK_S)
        self.taken = time.perf_counter() - begin

    def wait(self) -> float:
        self.thread.join()
        return self.taken


def run_command() -> None:
    """Take the version back by the command."""
    command = [sys.executable, "-m", "processors.versions", "rollback", "cag"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def run_dag(airflow: httpx.Client) -> None:
    """Take the version back by the DAG.

    Raises:
        RuntimeError: The run fails.
    """
    run, state = trigger_dag(airflow, "roll_back_version", {"pipeline": "cag"}), ""
    while state not in FINISHED:
        time.sleep(_LOOK_AT_RUN_S)
        answer = airflow.get(f"/dags/roll_back_version/dagRuns/{run}")
        state = answer.raise_for_status().json()["state"]
    if state != "success":
        raise RuntimeError(f"run {run} of roll_back_version ended as {state}")


def main() -> None:
    """Time the command, the DAG run and the bare request, on the stack that the environment names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=20)
    parser.add_argument("--dag-runs", type=int, default=10)
    options = parser.parse_args()
    client = open_search(load_settings().opensearch)
    open_table(f"{options.commands} rollbacks by command, {options.dag_runs} by DAG runs")
    bare = time_bare(client, options.commands)
    beside = ("a bare _aliases request", bare, "s")
    whole, moved = time_rollbacks(client, options.commands, run_command)
    emit(compare_times("rollback by command, until it is live", moved, *beside))
    emit(compare_times("rollback by command, until it has ended", whole, *beside))
    if options.dag_runs:
        with open_airflow(load_stack_settings()) as airflow:
            whole, moved = time_rollbacks(client, options.dag_runs, lambda: run_dag(airflow))
        emit(compare_times("rollback by DAG run, until it is live", moved, *beside))
        emit(compare_times("rollback by DAG run, until it is successful", whole, *beside))


if __name__ == "__main__":
    main()
