"""The watch runs without a break where there is a cluster, and not at all where there is none."""

import importlib
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from dags import watch_kubernetes
from processors.settings import load_settings

Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Load the DAG file as it is with a kubeconfig."""

    def reload(kubeconfig: str) -> ModuleType:
        monkeypatch.setenv("RUNLORE_KUBECONFIG", kubeconfig)
        load_settings.cache_clear()
        return importlib.reload(watch_kubernetes)

    yield reload
    reload("")
    load_settings.cache_clear()


def test_without_a_cluster_there_is_no_schedule(load: Load) -> None:
    module = load("")
    assert module.watch_kubernetes().timetable.can_be_scheduled is False
    with pytest.raises(AirflowSkipException, match="RUNLORE_KUBECONFIG"):
        module.watch_kubernetes_task.function()


def test_with_a_cluster_one_watch_follows_the_other(load: Load) -> None:
    dag = load("/etc/kubeconfig").watch_kubernetes()
    assert dag.schedule == "@continuous"
    assert dag.max_active_runs == 1
    assert not dag.catchup
    assert len(dag.doc_md) > 200


def test_a_cluster_that_cannot_be_read_is_named_with_its_setting(load: Load) -> None:
    module = load("/nowhere/kubeconfig")
    with pytest.raises(RuntimeError, match=r"/nowhere/kubeconfig \(RUNLORE_KUBECONFIG\) can't be read"):
        module.watch_kubernetes_task.function()
