"""Commands are parsed by a shell that runs nothing, whatever stands in them."""

from pathlib import Path

import pytest

from processors.knowledge.procedures import Command
from processors.knowledge.procedures.commands import find_fault, find_target, read_block


def command(text: str, language: str = "bash") -> Command:
    return read_block(language, text, 10)[0]


@pytest.mark.parametrize(
    "text",
    [
        "kubectl logs <pod> -n <your namespace>",
        "curl http://{{ host }}:9200",
        "$ kubectl get pods\nNAME   READY (1/1)\napi    (",
        "$ echo 'one\ntwo'\noutput (",
        "cat <<'EOF'\n(\nEOF",
        "for pod in a b; do echo $pod; done",
        "rm -rf \\\n  /tmp/x",
    ],
)
def test_what_a_person_can_run_is_well_formed(text: str) -> None:
    assert find_fault(command(text)) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [("echo (", 10), ("ls\nif true; then\n  ls\n", 12), ("echo 'open", 10), ("ls\n| wc", 11)],
)
def test_what_no_shell_can_read_is_told_with_its_line(text: str, line: int) -> None:
    fault = find_fault(command(text))
    assert fault
    assert fault[0] == line


def test_nothing_is_ever_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "ran"
    startup = tmp_path / "startup"
    startup.write_text(f"touch {target}\n")
    monkeypatch.setenv("BASH_ENV", str(startup))
    for text in (
        f"touch {target}",
        f"$(touch {target})",
        f"set +n\ntouch {target}",
        f"trap 'touch {target}' EXIT",
    ):
        find_fault(command(text))
    assert not target.exists()


def test_only_code_for_a_shell_is_looked_at() -> None:
    assert find_fault(command("echo (", "promql")) is None
    assert find_fault(command("echo (", "")) is None
    assert read_block("sh", " \n", 1) == []


def test_the_target_is_the_tool_or_the_host() -> None:
    assert find_target("[root@db1 ~]# mdadm --detail /dev/md0") == "mdadm"
    assert find_target("KUBECONFIG=a sudo env X=1 kubectl get pods") == "kubectl"
    assert find_target("ssh core@node1 uptime") == "core@node1"
