from pathlib import Path

import pytest

from local.errors import StackError
from local.settings import PORT_OFFSETS, ROOT, StackSettings, load_settings


@pytest.fixture(autouse=True)
def _no_settings_of_this_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in StackSettings.model_fields:
        monkeypatch.delenv(f"RUNLORE_{name.upper()}", raising=False)


def test_every_setting_is_documented_in_the_settings_file() -> None:
    lines = (ROOT / "local/settings.env").read_text().splitlines()
    named = {
        line.split("=")[0].removeprefix("RUNLORE_").lower() for line in lines if line.startswith("RUNLORE")
    }
    assert named == StackSettings.model_fields.keys() - {"envs"}


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLORE_PORT_BASE", "31000")
    assert load_settings().ports["postgres"] == 31001


def test_ports_follow_the_base_and_never_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLORE_PORT_BASE", "24000")
    ports = load_settings().ports
    assert ports["service"] == 24010
    assert len(set(ports.values())) == len(PORT_OFFSETS)


def test_two_stacks_differ_in_home_and_mark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = load_settings()
    monkeypatch.setenv("RUNLORE_HOME", str(tmp_path))
    second = load_settings()
    assert first.home == ROOT / ".runlore/stack"
    assert (second.home, second.stack_id) == (tmp_path, str(tmp_path))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RUNLORE_PORT_BASE", "eighty"),
        ("RUNLORE_OPENSEARCH_HEAP", "lots"),
        ("RUNLORE_OPEN_WEBUI", "perhaps"),
        ("RUNLORE_DATA_USER", "no one"),
        ("RUNLORE_ALERT_WEBHOOK", "chat.example.org"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StackError, match=name):
        load_settings()
