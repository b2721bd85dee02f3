import importlib.util
import json
import re
from pathlib import Path

import pytest

from local import environment, stack
from local.environment import compute_addresses, compute_environment
from local.passwords import ensure_passwords
from local.settings import StackSettings
from processors.settings import read_settings

NAMES = [
    "RUNLORE_URL",
    "RUNLORE_API_KEY_FILE",
    "KAFKA_BOOTSTRAP",
    "OPENSEARCH_URL",
    "REDIS_URL",
    "AIRFLOW_URL",
    "MLFLOW_TRACKING_URI",
    "KSERVE_URL",
    "OPENWEBUI_URL",
    "PROMETHEUS_URL",
    "DOCS_REPOSITORY",
]


@pytest.fixture
def computed(settings: StackSettings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(environment, "find_java", lambda _: Path("/jdk"))
    return compute_environment(settings, ensure_passwords(settings.home / "secrets"))


def test_addresses_prints_exactly_the_contract(
    settings: StackSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stack.main(["addresses"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("=", 1)[0] for line in lines] == NAMES
    assert all(re.fullmatch(r"[A-Z_]+=\S+", line) for line in lines)
    assert f"AIRFLOW_URL=http://127.0.0.1:{settings.ports['airflow']}" in lines


def test_the_platform_finds_all_its_settings(computed: dict[str, str]) -> None:
    assert read_settings(computed).kafka.bootstrap == "127.0.0.1:25003"


def test_tasks_are_forked_from_what_has_imported_their_libraries(computed: dict[str, str]) -> None:
    preloaded = computed["AIRFLOW__CORE__MP_FORKSERVER_PRELOAD"].split(",")
    assert computed["AIRFLOW__SCHEDULER__MP_START_METHOD"] == "forkserver"
    # One that can't be imported is left out without a word.
    assert [name for name in preloaded if importlib.util.find_spec(name) is None] == []
    assert not [name for name in preloaded if name.startswith(("processors", "dags", "evaluation"))]


def test_the_mark_of_the_stack_is_not_handed_to_shells(computed: dict[str, str]) -> None:
    assert "RUNLORE_STACK_ID" not in computed


def test_connections_are_json_that_airflow_reads(computed: dict[str, str]) -> None:
    kafka = json.loads(computed["AIRFLOW_CONN_RUNLORE_EVENTS"])
    assert kafka["extra"]["enable.auto.commit"] == "false"
    assert json.loads(computed["AIRFLOW_CONN_SPARK_LOCAL"])["host"] == "local[2]"


def test_docs_repository_is_the_first_source(settings: StackSettings) -> None:
    chosen = settings.model_copy(update={"docs": "https://git.example/ops/runbooks.git"})
    assert compute_addresses(chosen)["DOCS_REPOSITORY"] == "https://git.example/ops/runbooks.git"
