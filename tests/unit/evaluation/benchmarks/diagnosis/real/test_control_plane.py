"""The control plane of a play is started as the stack starts its own."""

from pathlib import Path

import pytest

from evaluation.benchmarks.diagnosis.real.control_plane import list_flags, read_command
from local.settings import load_settings


@pytest.mark.parametrize("name", list_flags(10))
def test_the_stack_s_command_is_read_with_all_that_it_needs(name: str, tmp_path: Path) -> None:
    settings = load_settings().model_copy(update={"home": tmp_path, "port_base": 31_000})
    command = read_command(settings, name)
    assert command[0] == str(settings.envs / "kube/bin" / name.replace("kube-etcd", "etcd"))
    assert "%(" not in " ".join(command)
    assert any(str(settings.ports[name]) in argument for argument in command)


def test_pods_of_a_lost_node_are_given_up_after_five_minutes_of_the_story() -> None:
    assert "--default-unreachable-toleration-seconds=30" in list_flags(10)["kube-apiserver"]
