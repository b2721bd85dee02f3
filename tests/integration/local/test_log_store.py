"""All lines of a stack's files are in OpenSearch, whoever is killed meanwhile; secrets are in none."""

import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from local.passwords import ensure_passwords
from local.settings import ROOT, StackSettings
from local.settings import load_settings as load_stack_settings
from local.templates import TEMPLATES, make_values, render_text
from processors.settings import Settings
from processors.stores.log_store import PREFIX, apply_log_template
from tests.support.fault_proxy import FaultProxy
from tests.support.waiting import wait_for

SECRET = "hunter22-of-the-test"

pytestmark = pytest.mark.skipif(not shutil.which("rsyslogd", path="/usr/sbin:/usr/bin"), reason="no rsyslogd")


class Shipper:
    """rsyslog with the stack's configuration, and a folder of logs of its own."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.logs = home / "logs"
        self._home = home
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["rsyslogd", "-n", "-f", str(self._home / "log-store.conf"), "-i", "NONE"]
        self._process = subprocess.Popen(command, env=self._environment, cwd=ROOT)

    def end(self, by: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(30)
            self._process = None

    def write(self, program: str, *lines: str | bytes) -> None:
        with (self.logs / f"{program}.log").open("ab") as file:
            for line in lines:
                file.write((line if isinstance(line, bytes) else line.encode()) + b"\n")


@pytest.fixture
def stack() -> StackSettings:
    return load_stack_settings()


@pytest.fixture
def proxy(stack: StackSettings) -> Iterator[FaultProxy]:
    proxy = FaultProxy(("127.0.0.1", stack.ports["opensearch"]))
    proxy.start()
    yield proxy
    proxy.close()


@pytest.fixture
def shipper(
    stack: StackSettings,
    proxy: FaultProxy,
    tmp_path: Path,
    settings: Settings,  # noqa: ARG001 - skips without a stack
) -> Iterator[Shipper]:
    for folder in ("logs", "log-store"):
        (tmp_path / folder).mkdir()
    passwords = ensure_passwords(stack.home / "secrets")
    values = {**make_values(stack, passwords), "home": str(tmp_path)}
    (tmp_path / "log-store.conf").write_text(render_text(TEMPLATES / "log-store.conf.template", values))
    url = f"http://127.0.0.1:{proxy.port}"
    shipper = Shipper(tmp_path, {**os.environ, "RUNLORE_OPENSEARCH_URL": url})
    shipper.start()
    yield shipper
    shipper.end()


@pytest.fixture
def find(client: OpenSearch) -> Callable[..., list[dict[str, Any]]]:
    """Return the documents of an id, in the order of their offsets."""

    def search(identity: str, **more: str) -> list[dict[str, Any]]:
        client.indices.refresh(index=f"{PREFIX}*")
        terms = {"correlation_id": identity, **more}
        body = {
            "query": {"bool": {"filter": [{"term": {name: value}} for name, value in terms.items()]}},
            "size": 10_000,
            "sort": [{"log.offset": "asc"}],
        }
        return [hit["_source"] for hit in client.search(index=f"{PREFIX}*", body=body)["hits"]["hits"]]

    apply_log_template(client)
    return search


def say(identity: str, message: str, **fields: object) -> str:
    now = datetime.now(UTC).isoformat()
    return json.dumps(
        {"@timestamp": now, "level": "info", "message": message, "correlation_id": identity, **fields}
    )


def test_odd_lines_stop_nothing_and_a_secret_does_not_arrive(
    shipper: Shipper, find: Callable[..., list[dict[str, Any]]], client: OpenSearch
) -> None:
    identity = uuid.uuid4().hex
    shipper.write(
        "serving",
        say(identity, "first", part=1),
        say(identity, f"can't reach postgres://bob:{SECRET}@db/prod", password=SECRET),
        say(identity, "x" * 1_000_000),
        f'{{"correlation_id": "{identity}", "message": "caf'.encode() + b'\xe9 \xff\xfe"}',
        b"\x00\x01 no JSON \xff",
        "COMMIT TRANSACTION",
        say(identity, "last", deep={"a": [{"b": 1}] * 50}),
    )
    wait_for(lambda: any(line["message"] == "last" for line in find(identity)), 120)
    lines = find(identity)
    first, masked, odd, last = (line for line in lines if len(line["message"]) < 1_000)
    assert (first["service"]["name"], first["log"]["level"], first["fields"]) == (
        "serving",
        "info",
        {"part": 1},
    )
    assert "<masked:" in masked["message"]
    assert odd["message"] == "caf\ufffd \ufffd\ufffd"
    assert last["fields"]["deep"]["a"][0] == {"b": 1}
    everything = {"query": {"query_string": {"query": f'"{SECRET}"'}}}
    client.indices.refresh(index=f"{PREFIX}*")
    assert client.count(index=f"{PREFIX}*", body=everything)["count"] == 0
    assert SECRET not in json.dumps(lines)


def test_nothing_is_lost_or_doubled_whoever_is_killed(
    shipper: Shipper, proxy: FaultProxy, find: Callable[..., list[dict[str, Any]]]
) -> None:
    identity, number = uuid.uuid4().hex, iter(range(100_000))

    def write(count: int) -> None:
        for _ in range(count):
            shipper.write("serving", say(identity, "a line", number=next(number)))

    write(300)
    wait_for(lambda: find(identity), 120)
    write(300)
    shipper.end(signal.SIGKILL)
    write(300)
    shipper.start()
    with proxy.broken("refuse"):
        write(300)
        time.sleep(3)
        shipper.end(signal.SIGKILL)
        shipper.start()
        write(300)
        time.sleep(3)
        shipper.end()
        write(300)
    shipper.start()
    with proxy.broken("die"):
        write(300)
        time.sleep(3)
    written = next(number)
    wait_for(lambda: len(find(identity)) >= written, 180)
    time.sleep(6)
    assert [line["fields"]["number"] for line in find(identity)] == list(range(written))
