"""Actions on the stack's own systems: Airflow, MLflow, Prometheus, Alertmanager and versions of an index."""

import time
import uuid
from typing import Any

import httpx
import pytest
from mlflow import MlflowClient
from opensearchpy import OpenSearch

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.pipelines.actions.operation import Deed
from processors.settings import Settings, change_settings
from processors.stores import alertmanager
from processors.versions import catalog
from processors.versions.builds import create_version
from processors.versions.swaps import promote
from tests.support.action_runs import ENDED, Ask
from tests.support.deeds import do, is_marked, look_at, refused, run, verify
from tests.support.swapping import make_pipeline
from tests.support.waiting import wait_for

DAG = "correlate"


def test_a_dag_is_run_once(ask: Ask, airflow: httpx.Client) -> None:
    deed = ask("airflow.trigger", dag=DAG)
    look = look_at(deed)
    assert not is_marked(deed, look)
    run(deed, look)
    run(deed, look)
    assert is_marked(deed, look)
    named = f"runlore-action-{deed.request.key}"
    runs = airflow.get(f"/dags/{DAG}/dagRuns", params={"order_by": "-run_after"}).json()["dag_runs"]
    assert [each["dag_run_id"] for each in runs].count(named) == 1
    verified, told = verify(deed, look)
    assert verified
    assert named in told


@pytest.mark.parametrize(
    ("dag", "reason"), [("actions", "actions don't run actions"), ("no-such-dag", "isn't there")]
)
def test_not_every_dag_is_run(ask: Ask, dag: str, reason: str) -> None:
    with pytest.raises(ActionRefusedError, match=reason):
        look_at(ask("airflow.trigger", dag=dag))


def test_the_failed_tasks_of_a_run_are_done_again_once(ask: Ask, airflow: httpx.Client) -> None:
    run_id = f"test-{time.time_ns()}"
    path = f"/dags/{DAG}/dagRuns/{run_id}"
    airflow.post(f"/dags/{DAG}/dagRuns", json={"logical_date": None, "dag_run_id": run_id, "conf": {}})
    wait_for(lambda: airflow.get(path).json()["state"] in ENDED, 240)
    deed = ask("airflow.clear", dag=DAG, run=run_id)
    with pytest.raises(ActionRefusedError, match="a failed task in the run"):
        look_at(deed)
    (task, *_) = airflow.get(f"{path}/taskInstances").json()["task_instances"]
    failed = {"new_state": "failed"}
    airflow.patch(f"{path}/taskInstances/{task['task_id']}", json=failed).raise_for_status()
    look = look_at(deed)
    assert f"{task['task_id']}: failed" in look.dry_run
    assert not is_marked(deed, look)
    run(deed, look)
    assert is_marked(deed, look)
    assert deed.request.key in airflow.get(path).json()["note"]
    wait_for(lambda: airflow.get(path).json()["state"] == "success", 240)
    verified, told = verify(deed, look)
    assert (verified, told) == (True, f"the run {run_id} is success")


@pytest.fixture
def model(settings: Settings) -> str:
    """A model with two versions, of which the first one is the champion."""
    name, mlflow = f"churn-{uuid.uuid4().hex[:8]}", MlflowClient(settings.mlflow.tracking_uri)
    experiment = mlflow.create_experiment(name)
    mlflow.create_registered_model(name)
    for number, auc in enumerate((0.91, 0.93), start=1):
        run_id = mlflow.create_run(experiment, run_name=f"run-{number}").info.run_id
        mlflow.log_param(run_id, "depth", number)
        mlflow.log_param(run_id, "seed", 7)
        mlflow.log_metric(run_id, "auc", auc)
        mlflow.create_model_version(name, f"runs:/{run_id}/model", run_id)
    mlflow.set_registered_model_alias(name, "champion", "1")
    return name


def test_an_alias_is_moved_and_moved_back(ask: Ask, settings: Settings, model: str) -> None:
    mlflow = MlflowClient(settings.mlflow.tracking_uri)
    deed = ask("mlflow.set_alias", model=model, alias="champion", version=2)
    look = do(deed)
    assert look.dry_run == f"- {model}@champion: 1\n+ {model}@champion: 2"
    assert mlflow.get_model_version_by_alias(model, "champion").version == "2"
    assert is_marked(deed, look)
    assert verify(deed, look) == (True, f"{model}@champion stands for version 2")
    assert look.undo
    do(ask(look.undo.action, **look.undo.parameters))
    assert mlflow.get_model_version_by_alias(model, "champion").version == "1"


def test_an_alias_of_no_model_or_of_an_index_is_not_moved(ask: Ask, model: str) -> None:
    for name, version in (("no-such-model", 1), (model, 9)):
        with pytest.raises(ActionRefusedError, match="isn't there"):
            look_at(ask("mlflow.set_alias", model=name, alias="champion", version=version))
    with pytest.raises(ActionRefusedError, match="follow what is live"):
        look_at(ask("mlflow.set_alias", model="runlore-rag", alias="champion", version=1))


def test_two_runs_are_compared(ask: Ask, settings: Settings, model: str) -> None:
    mlflow = MlflowClient(settings.mlflow.tracking_uri)
    first, second = (str(mlflow.get_model_version(model, one).run_id) for one in "12")
    lines = run(ask("mlflow.compare_runs", first=first, second=second)).splitlines()
    assert [line.split() for line in lines] == [
        ["run-1", "run-2"],
        ["metric:", "auc", "0.91", "0.93"],
        ["parameter:", "depth", "1", "2"],
    ]
    with pytest.raises(ActionRefusedError, match="isn't there"):
        run(ask("mlflow.compare_runs", first=first, second="0" * 32))


def test_a_version_of_an_index_is_taken_back(ask: Ask, client: OpenSearch, acting: Settings) -> None:
    with make_pipeline(client, acting) as pipeline:
        first, second = (make_live(client, pipeline) for _ in range(2))
        deed = of_pipeline(ask("runlore.rollback", pipeline="cag"), pipeline)
        look = look_at(deed)
        assert look.dry_run == f"- {pipeline}: {second} is live\n+ {pipeline}: {first} is live"
        assert not is_marked(deed, look)
        run(deed, look)
        assert catalog.find_live(client, pipeline) == first
        assert is_marked(deed, look)
        assert verify(deed, look) == (True, f"{first} is live")


def make_live(client: OpenSearch, pipeline: Any) -> str:
    version = create_version(client, pipeline, {})
    promote(client, pipeline, version)
    return version


def of_pipeline(deed: Deed, pipeline: str) -> Deed:
    """The same for a pipeline of the test's own, which the catalogue doesn't know."""
    parameters = {**deed.request.parameters, "pipeline": pipeline}
    return deed._replace(request=deed.request.model_copy(update={"parameters": parameters}))


def test_metrics_are_asked_for_now_and_over_time(ask: Ask) -> None:
    told = run(ask("prometheus.query", query='up{job="prometheus"}'))
    assert told.startswith("up{")
    assert 'job="prometheus"' in told
    assert told.endswith(" 1")
    assert run(ask("prometheus.query", query="1 + 1")) == "2"
    assert "no series matches" in run(ask("prometheus.query", query="no_such_series"))
    course = run(ask("prometheus.query_range", query='up{job="prometheus"}', last="5m", step="10s"))
    assert "least " in course
    assert course.endswith(" points")
    for query, reason in (("up{", "Prometheus refused: "), ("up", "more than 1000 points")):
        parameters = {"query": query, **({"last": "1d", "step": "1s"} if query == "up" else {})}
        name = "prometheus.query_range" if query == "up" else "prometheus.query"
        with pytest.raises(ActionRefusedError, match=reason):
            run(ask(name, **parameters))


def test_an_alert_is_silenced_and_heard_again(ask: Ask, acting: Settings) -> None:
    url, name = acting.actions.alertmanager_url, f"Test{uuid.uuid4().hex[:8]}"
    deed = ask("alertmanager.silence", alertname=name, duration="5m", comment="only a test")
    look = look_at(deed)
    assert not is_marked(deed, look)
    run(deed, look)
    assert is_marked(deed, look)
    (silence,) = [one for one in alertmanager.list_silences(url) if deed.request.key in one["comment"]]
    assert silence["createdBy"] == deed.request.proposer.user
    assert [(one["name"], one["value"]) for one in silence["matchers"]] == [("alertname", name)]
    assert verify(deed, look) == (True, f"silence {silence['id']} is active")
    end = ask("alertmanager.unsilence", silence=silence["id"])
    ended = do(end)
    assert f'alertname="{name}"' in ended.dry_run
    assert verify(end, ended) == (True, "the silence has ended")


def test_without_an_alertmanager_nothing_is_silenced(ask: Ask, acting: Settings) -> None:
    deed = ask("alertmanager.silence", alertname="Test")
    without = deed._replace(settings=change_settings(acting, actions={"alertmanager_url": ""}))
    assert "RUNLORE_ACTIONS_ALERTMANAGER_URL isn't set" in refused(without)
