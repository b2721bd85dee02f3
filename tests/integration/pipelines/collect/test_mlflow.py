"""What changes in MLflow is collected once, and our own micro-batches are no change."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from mlflow import MlflowClient

from processors.knowledge import topics
from processors.knowledge.chunk import Chunk
from processors.pipelines.collect.mlflow import collect_mlflow
from processors.settings import Settings
from processors.stores import mlflow
from tests.support.chunks import make_chunks
from tests.support.collecting import read_sent

pytestmark = pytest.mark.usefixtures("paused_collect")
Train = Callable[..., str]
Collect = Callable[[], list[Chunk]]


@pytest.fixture
def mlflow_client(settings: Settings) -> MlflowClient:
    return MlflowClient(settings.mlflow.tracking_uri)


@pytest.fixture
def experiment() -> str:
    return f"churn-{uuid4().hex[:8]}"


@pytest.fixture
def train(mlflow_client: MlflowClient, experiment: str) -> Train:
    experiment_id = mlflow_client.create_experiment(experiment)

    def run(name: str, **metrics: float) -> str:
        run_id: str = mlflow_client.create_run(experiment_id, run_name=name).info.run_id
        for metric, value in metrics.items():
            mlflow_client.log_metric(run_id, metric, value, step=3)
        mlflow_client.log_param(run_id, "db_password", "hunter22hunter22")
        mlflow_client.log_text(run_id, "how it was made", "notes/readme.txt")
        mlflow_client.set_terminated(run_id)
        return run_id

    return run


@pytest.fixture
def collect(settings: Settings, experiment: str) -> Collect:
    """Collect, and return the chunks of what was sent about the experiment and its model since."""

    def collect_once() -> list[Chunk]:
        records = read_sent(settings, topics.MLFLOW, lambda: sum(collect_mlflow(settings).values()))
        ours = [record for record in records if experiment in (record["value"] or "")]
        assert not any("hunter22" in (record["value"] or "") for record in ours)
        return [chunk for record in ours for chunk in make_chunks(record)]

    return collect_once


def test_a_run_is_told_beside_the_version_in_production(
    mlflow_client: MlflowClient, experiment: str, train: Train, collect: Collect
) -> None:
    champion = train("calm-owl-1", val_auc=0.923, latency_ms=30)
    mlflow_client.create_registered_model(experiment)
    version = mlflow_client.create_model_version(experiment, f"runs:/{champion}/model", champion)
    mlflow_client.set_registered_model_alias(experiment, "champion", version.version)
    train("sunny-fox-12", val_auc=0.941, latency_ms=41)
    said = {chunk["title"]: chunk["text"] for chunk in collect()}
    assert said.keys() == {
        f"Run calm-owl-1 of experiment {experiment}",
        f"Run sunny-fox-12 of experiment {experiment}",
        f"Registered model {experiment}",
    }
    fox = said[f"Run sunny-fox-12 of experiment {experiment}"]
    assert f"beats production (version 1 of {experiment}) in val_auc 0.941 against 0.923 (+0.018)" in fox
    assert "but is worse in latency_ms 41 against 30 (+11)" in fox
    assert "notes/readme.txt" in fox
    assert collect() == []


def test_a_new_version_in_production_is_compared_with_again(
    mlflow_client: MlflowClient, experiment: str, train: Train, collect: Collect
) -> None:
    runs = [train(name, val_auc=auc) for name, auc in (("first", 0.8), ("second", 0.9), ("third", 0.7))]
    mlflow_client.create_registered_model(experiment)
    for number, run in enumerate(runs[:2], start=1):
        mlflow_client.create_model_version(experiment, f"runs:/{run}/model", run)
        mlflow_client.set_registered_model_alias(experiment, "production", str(number))
        said = {chunk["title"]: chunk["text"] for chunk in collect()}
        third = said[f"Run third of experiment {experiment}"]
        assert f"is worse than production (version {number} of {experiment})" in third
    assert (
        f"Version 2 of model {experiment} is in production (alias production) since"
        in (said[f"Registered model {experiment}"])
    )
    assert collect() == []


def test_a_run_that_goes_on_is_sent_as_it_changes(
    mlflow_client: MlflowClient, experiment: str, train: Train, collect: Collect
) -> None:
    train("done", val_auc=0.5)
    experiment_id = mlflow_client.get_experiment_by_name(experiment).experiment_id
    run_id = mlflow_client.create_run(experiment_id, run_name="going-on").info.run_id
    assert any("is running" in chunk["text"] for chunk in collect())
    assert collect() == []
    mlflow_client.log_metric(run_id, "loss", 0.4, step=1)
    assert [chunk["cite"]["run_id"] for chunk in collect()] == [run_id]
    mlflow_client.set_terminated(run_id, "FAILED")
    assert [chunk["severity"] for chunk in collect()] == ["error"]
    assert collect() == []


def test_the_freshness_of_a_micro_batch_is_no_change(
    settings: Settings, mlflow_client: MlflowClient, collect: Collect
) -> None:
    name = f"rag-v-test-{uuid4().hex[:8]}"
    found = mlflow_client.get_experiment_by_name("runlore-rag")
    experiment_id = found.experiment_id if found else mlflow_client.create_experiment("runlore-rag")
    run_id = mlflow_client.create_run(experiment_id, run_name=name).info.run_id
    mlflow_client.log_metric(run_id, "recall", 0.9)
    mlflow_client.set_terminated(run_id)
    collect()
    for step in (10, 20):
        with mlflow.open_mlflow(settings.mlflow.tracking_uri) as opened:
            mlflow.log_metrics(opened, run_id, step, {"freshness_seconds": 3.0, "odd": float("nan")})
        records = read_sent(settings, topics.MLFLOW, lambda: sum(collect_mlflow(settings).values()))
        assert run_id not in [record["key"] for record in records]
    mlflow_client.delete_run(run_id)
