import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from prometheus_client import REGISTRY

from processors.settings import Settings, change_settings
from serving.access.audit import AuditError, main, verify_file
from serving.access.audit_log import BEGIN, AuditLog, hash_line
from serving.answering.links import make_reader, sign_grant

Client = AsyncTestClient[Litestar]


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return change_settings(
        settings, access={"audit_file": tmp_path / "audit/log.jsonl"}, limits={"max_body_bytes": 2000}
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.jsonl"


def write(path: Path, *names: str) -> None:
    log = AuditLog(path)
    for name in names:
        log.append({"name": name})
    log.close()


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_line_carries_the_hash_of_the_one_before_over_restarts_too(path: Path) -> None:
    write(path, "a", "ä")
    write(path)
    write(path, "c")
    lines = read(path)
    assert [line["name"] for line in lines] == ["a", "ä", "c"]
    assert lines[0]["before"] == BEGIN
    assert verify_file(path).lines == 3


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: [lines[0], lines[1].replace("b", "x"), *lines[2:]],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[0], lines[2], lines[1], lines[3]],
        lambda lines: [lines[0], lines[0], *lines[1:]],
        lambda lines: [*lines[:2], '{"name": "put in", "before": "00"}', *lines[2:]],
        lambda lines: [*lines[:2], "rubbish", *lines[2:]],
        lambda lines: [*lines, "rubbish"],
    ],
    ids=["changed", "taken out", "moved", "doubled", "put in", "rubbish", "rubbish at the end"],
)
def test_whatever_is_changed_shows(
    path: Path, tamper: Callable[[list[str]], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    write(path, "a", "b", "c", "d")
    assert main(["verify", str(path)]) == 0
    path.write_text("\n".join(tamper(path.read_text().splitlines())) + "\n")
    with pytest.raises(AuditError, match="line"):
        verify_file(path)
    assert main(["verify", str(path)]) == 1
    assert "line" in capsys.readouterr().err


def test_what_is_cut_off_at_the_end_shows_in_the_last_hash(path: Path) -> None:
    write(path, "a", "b")
    before = verify_file(path)
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert verify_file(path) != before


def test_what_is_cut_off_at_the_head_shows_in_what_the_first_line_follows(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(path, "a", "b")
    assert main(["verify", str(path)]) == 0
    assert "2 lines, whole and in order: a new log" in capsys.readouterr().out
    first, second = path.read_text().splitlines()
    path.write_text(second + "\n")
    assert main(["verify", str(path)]) == 0
    assert f"the lines after {hash_line(first.encode())}" in capsys.readouterr().out


def test_a_line_that_a_power_cut_has_torn_is_kept_and_told_of(path: Path) -> None:
    write(path, "a", "b")
    with path.open("ab") as file:
        file.write(b'{"name":"c\xff')
    write(path, "d")
    assert verify_file(path).lines == 4
    lines = path.read_bytes().splitlines()
    assert lines[2] == b'{"name":"c\xff'
    path.write_bytes(b"\n".join([*lines[:2], b"another", *lines[3:], b""]))
    with pytest.raises(AuditError, match="line 3"):
        verify_file(path)


def test_a_file_that_was_rotated_goes_on_from_the_one_before(path: Path) -> None:
    log = AuditLog(path)
    log.append({"name": "a"})
    while not path.stat().st_size:
        threading.Event().wait(0.01)
    last = verify_file(path).last
    path.rename(path.with_suffix(".1"))
    log.append({"name": "b"})
    log.close()
    assert verify_file(path).follows == last


class Odd:
    """Nothing that JSON knows, and it can't even say what it is."""

    def __repr__(self) -> str:
        raise RuntimeError


def make_endless() -> dict[str, Any]:
    endless: dict[str, Any] = {}
    endless["in"] = endless
    return endless


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("half a pair \ud800", "half a pair ?"),
        ("a NUL \0 and a line\nbreak", "a NUL \0 and a line\nbreak"),
        (float("nan"), None),
        ({1, 2}, None),
        (Odd(), None),
        (make_endless(), None),
        (b"bytes", None),
    ],
    ids=["surrogate", "control", "nan", "set", "odd", "endless", "bytes"],
)
def test_whatever_one_entry_holds_those_beside_it_are_written(path: Path, question: Any, shown: Any) -> None:
    lost = REGISTRY.get_sample_value("runlore_audit_lines_total", {"outcome": "lost"}) or 0
    log = AuditLog(path)
    log.append({"correlation_id": "a", "question": "before"})
    log.append({"correlation_id": "b", "question": question})
    log.append({"correlation_id": "c", "question": "after"})
    log.close()
    first, odd, last = read(path)
    assert verify_file(path).lines == 3
    assert (first["question"], last["question"], odd["correlation_id"]) == ("before", "after", "b")
    if shown is not None:
        assert odd["question"] == shown
    assert (REGISTRY.get_sample_value("runlore_audit_lines_total", {"outcome": "lost"}) or 0) == lost


@pytest.mark.parametrize("error", [OSError("full"), ValueError("no"), RuntimeError("odd"), MemoryError()])
def test_a_batch_that_is_lost_is_counted_and_the_next_one_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    lost = REGISTRY.get_sample_value("runlore_audit_lines_total", {"outcome": "lost"}) or 0
    failed = threading.Event()
    write_all = AuditLog._append_all

    def fail_once(log: AuditLog, entries: Any) -> None:
        if not failed.is_set():
            failed.set()
            raise error
        write_all(log, entries)

    monkeypatch.setattr(AuditLog, "_append_all", fail_once)
    log = AuditLog(path)
    log.append({"name": "lost"})
    assert failed.wait(5)
    log.append({"name": "kept"})
    log.close()
    assert [line["name"] for line in read(path)] == ["kept"]
    assert REGISTRY.get_sample_value("runlore_audit_lines_total", {"outcome": "lost"}) == lost + 1


def test_several_processes_write_one_chain(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from serving.access.audit_log import AuditLog\n"
        "log = AuditLog(Path(sys.argv[1]))\n"
        "for n in range(300): log.append({'n': n})\n"
        "log.close()"
    )
    command = [sys.executable, "-c", script, str(path)]
    running = [subprocess.Popen(command, env=os.environ) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert verify_file(path).lines == 600


def test_the_command_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["verify", "/no/such/file"]) == 1
    assert "usage" in capsys.readouterr().err


async def test_answered_and_refused_requests_have_a_line_each(app: Litestar, settings: Settings) -> None:
    body = {"query": "disk full password=hunter22", "pipeline": "cag"}
    key = {"Authorization": "Bearer the-key", "X-Correlation-Id": "abc-1"}
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        await client.post("/v1/retrieve", json=body, headers=key)
        await client.post("/v1/retrieve", json=body, headers={"X-Correlation-Id": "abc-2"})
        await client.post("/v1/retrieve", json={"query": "x" * 3000}, headers=key)
        grant = sign_grant("cag-v000003", "c1", make_reader(settings, ("public",)))
        await client.get(f"/citations/cag-v000003/c1?grant={grant}")
        await client.get("/citations/cag-v000001/c1")
        await client.get("/health/live")
        await client.get("/metrics")
    assert settings.access.audit_file is not None
    answered, refused, large, page, missing = read(settings.access.audit_file)
    assert verify_file(settings.access.audit_file).lines == 5
    assert (
        answered.items()
        >= {
            "correlation_id": "abc-1",
            "user": "key:default",
            "groups": ["public"],
            "route": "/v1/retrieve",
            "model": None,
            "versions": {"cag": "cag-v000003"},
            "chunks": ["c1", "c2"],
            "outcome": "answered",
            "status": 200,
            "tokens": 0,
        }.items()
    )
    assert answered["question"].startswith("disk full password=<masked:")
    assert refused.items() >= {"correlation_id": "abc-2", "user": None, "status": 401, "chunks": []}.items()
    assert (refused["outcome"], large["outcome"], large["status"]) == ("refused", "refused", 413)
    assert (page["chunks"], page["user"], missing["status"], missing["chunks"]) == (["c1"], None, 404, [])
    assert "hunter22" not in settings.access.audit_file.read_text()
    assert "the-key" not in settings.access.audit_file.read_text()
