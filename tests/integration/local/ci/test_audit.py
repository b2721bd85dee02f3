"""A known weakness fails the audit, and so does a database that doesn't answer. `make ci-lint` runs this.

The database is a stand-in that speaks OSV's API: what an advisory says is made up here.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local.ci.audit import audit, list_locks
from local.settings import ROOT, load_settings

PIP_AUDIT = load_settings().envs / "audit/bin/pip-audit"
WEAK = "pyyaml"
ADVISORY = {
    "id": "PYSEC-0000-1",
    "summary": "made up",
    "affected": [
        {
            "package": {"name": WEAK, "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}

pytestmark = pytest.mark.skipif(
    not PIP_AUDIT.exists(), reason="there is no pip-audit: `make ci-lint` installs it"
)


@pytest.fixture
def advisories(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The names that were asked about; those in `weak` have an advisory."""
    told: dict[str, Any] = {"weak": {WEAK}, "asked": set()}

    class Database(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
            told["asked"].add(asked)
            body = json.dumps({"vulns": [ADVISORY]} if asked in told["weak"] else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("RUNLORE_ADVISORIES", f"http://127.0.0.1:{server.server_port}/v1/query")
    yield told
    server.shutdown()
    server.server_close()


def test_a_known_weakness_is_told_with_the_version_that_mends_it(
    advisories: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    assert not audit(PIP_AUDIT, ROOT / "requirements/service.txt")
    said = capfd.readouterr().out
    assert f"{WEAK} " in said
    assert "PYSEC-0000-1" in said
    assert "99.0" in said
    assert len(advisories["asked"]) > 20


@pytest.mark.parametrize("lock", list_locks(), ids=lambda lock: lock.stem)
def test_each_lock_file_is_asked_about(advisories: dict[str, Any], lock: Path) -> None:
    advisories["weak"] = set()
    assert audit(PIP_AUDIT, lock)
    assert advisories["asked"]


def test_a_database_that_does_not_answer_is_no_clean_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLORE_ADVISORIES", "http://127.0.0.1:9/v1/query")
    assert not audit(PIP_AUDIT, ROOT / "requirements/service.txt")
