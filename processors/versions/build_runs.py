"""The run of a version in MLflow while it is built: begun with the build, and ended as killed if that dies.

What the gate finds is logged to the same run, which ends with it: see `tracking`.
"""

import time
from functools import partial

import httpx

from processors.knowledge.chunk import Pipeline
from processors.stores import mlflow
from processors.versions.builds import RunRecord
from processors.versions.registry import name_model


def keep_record(tracking_uri: str, pipeline: Pipeline) -> RunRecord:
    """Return how the runs of a pipeline's builds are kept in an MLflow."""
    return RunRecord(
        begin=partial(begin_run, tracking_uri, pipeline),
        kill=partial(mark_killed, tracking_uri),
        kill_forgotten=partial(kill_forgotten, tracking_uri, pipeline),
        log=partial(log_figures, tracking_uri),
    )


def begin_run(tracking_uri: str, pipeline: Pipeline, index: str) -> str:
    """Begin the run of a version, and return its id.

    Args:
        tracking_uri: Of MLflow.
        pipeline: Decides the experiment.
        index: The version, after which the run is named.

    Raises:
        httpx.HTTPError: MLflow is unreachable or refuses; no version is built without a record.
    """
    with mlflow.open_mlflow(tracking_uri) as client:
        body = {
            "experiment_id": _ensure_experiment(client, name_model(pipeline)),
            "start_time": _now_ms(),
            "run_name": index,
            "tags": [{"key": "index", "value": index}],
        }
        answer = client.post("/runs/create", json=body).raise_for_status()
        return str(answer.json()["run"]["info"]["run_id"])


def log_figures(tracking_uri: str, run_id: str, figures: dict[str, float]) -> None:
    """Log what a build came to as metrics of its run.

    Args:
        tracking_uri: Of MLflow.
        run_id: Of the run.
        figures: By name.

    Raises:
        httpx.HTTPError: MLflow is unreachable or refuses.
    """
    with mlflow.open_mlflow(tracking_uri) as client:
        mlflow.log_metrics(client, run_id, 0, figures)


def mark_killed(tracking_uri: str, run_id: str) -> None:
    """End a run whose build died; one that ended otherwise, or is gone, stays as it is.

    Raises:
        httpx.HTTPError: MLflow is unreachable or refuses.
    """
    with mlflow.open_mlflow(tracking_uri) as client:
        run = mlflow.get_run(client, run_id)
        if run is not None and run["info"]["status"] == "RUNNING":
            _kill(client, run_id)


def kill_forgotten(tracking_uri: str, pipeline: Pipeline) -> list[str]:
    """End all runs of a pipeline that go on although nothing is built, and return their names.

    Raises:
        httpx.HTTPError: MLflow is unreachable or refuses.
    """
    with mlflow.open_mlflow(tracking_uri) as client:
        experiment = mlflow.find_experiment(client, name_model(pipeline))
        if experiment is None:
            return []
        condition, order = "attributes.status = 'RUNNING'", "attributes.start_time ASC"
        forgotten = list(mlflow.search_runs(client, [experiment], condition, order))
        for run in forgotten:
            _kill(client, run["info"]["run_id"])
        return [run["info"]["run_name"] for run in forgotten]


def _kill(client: httpx.Client, run_id: str) -> None:
    mlflow.set_run_tags(client, run_id, {"gate": "killed"})
    body = {"run_id": run_id, "status": "KILLED", "end_time": _now_ms()}
    client.post("/runs/update", json=body).raise_for_status()


def _ensure_experiment(client: httpx.Client, name: str) -> str:
    found = mlflow.find_experiment(client, name)
    if found is not None:
        return found
    answer = client.post("/experiments/create", json={"name": name})
    # Another build may have been faster.
    return mlflow.find_experiment(client, name) or str(answer.raise_for_status().json()["experiment_id"])


def _now_ms() -> int:
    return int(time.time() * 1000)
