from pathlib import Path

import pytest

from processors.settings import Settings, change_settings
from serving.actions.setup import find_missing, read_ahead
from tests.support.acting import switch_on


def test_a_policy_that_is_none_shows_at_the_start(settings: Settings, tmp_path: Path) -> None:
    here = switch_on(settings, tmp_path)
    read_ahead(here)
    (tmp_path / "other.yaml").write_text("people: [everybody]")
    with pytest.raises(ValueError, match="no policy"):
        read_ahead(change_settings(here, actions={"policy_file": tmp_path / "other.yaml"}))


def test_a_secret_that_could_be_guessed_shows_at_the_start(settings: Settings, tmp_path: Path) -> None:
    here = switch_on(settings, tmp_path)
    (tmp_path / "short").write_text("hunter2")
    with pytest.raises(ValueError, match="RUNLORE_ACTIONS_SECRET_FILE"):
        read_ahead(change_settings(here, actions={"secret_file": tmp_path / "short"}))


@pytest.mark.parametrize(
    ("group", "field", "system", "told"),
    [
        ("actions", "airflow_user", "", "RUNLORE_ACTIONS_AIRFLOW_USER"),
        ("airflow", "url", "", "RUNLORE_AIRFLOW_URL"),
        ("actions", "kubeconfig", "kubernetes", "RUNLORE_ACTIONS_KUBECONFIG"),
        ("actions", "alertmanager_url", "alertmanager", "RUNLORE_ACTIONS_ALERTMANAGER_URL"),
        ("actions", "kubeconfig", "mlflow", ""),
    ],
)
def test_the_setting_that_is_missing_is_named(
    settings: Settings, tmp_path: Path, group: str, field: str, system: str, told: str
) -> None:
    here = change_settings(switch_on(settings, tmp_path), **{group: {field: ""}})
    assert find_missing(here, system) == told
