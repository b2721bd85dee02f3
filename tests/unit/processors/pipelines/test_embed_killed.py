"""A first build whose process is killed in the middle: the next one embeds only what was not kept."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread

import numpy as np
import pytest

ROOT = Path(__file__).parents[4]
TEXTS, BATCH, UNDER_WAY = 3_000, 64, 3
PROGRAM = """
import json, sys
from processors.pipelines import embed
from processors.settings import change_settings, load_settings

url, staging, out = sys.argv[1:]
embed._KEPT_EVERY_S = 0
settings = change_settings(load_settings(), kserve={"url": url}, storage={"staging_url": staging})
chunks = [
    {"heading_path": "T", "title": "T", "text": str(n), "content_hash": f"h{n}"} for n in range(3_000)
]
made = embed.embed_chunks(None, settings, chunks, None)
right = all(chunk["embedding"] == [float(chunk["text"]), 1.0] for chunk in chunks)
print(json.dumps({"made": made, "right": right, "models": sorted({c["embedding_model"] for c in chunks})}))
"""


class Model(BaseHTTPRequestHandler):
    """Embeds some 6,000 texts a second, and notes which."""

    embedded: list[str] = []  # noqa: RUF012 - the server makes an instance for each request
    half = Event()
    lock, under_way = Lock(), 0

    def do_POST(self) -> None:
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
        with self.lock:
            Model.under_way += 1
        time.sleep(0.03)
        vectors = [np.array([float(text.split("\n")[1]), 1], "<f4").tobytes() for text in texts]
        data = [{"embedding": base64.b64encode(vector).decode()} for vector in vectors]
        body = json.dumps({"model": "m@r1", "data": data}).encode()
        self.embedded.extend(texts)
        if len(self.embedded) >= TEXTS // 2:
            self.half.set()
        with self.lock:
            Model.under_way -= 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Model, "embedded", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def start(*given: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *given], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE
    )


def test_a_killed_first_build_is_gone_on_with(model: str, tmp_path: Path) -> None:
    given = (model, tmp_path.as_uri(), str(tmp_path))
    with start(*given) as killed:
        assert Model.half.wait(60)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
    while Model.under_way:
        time.sleep(0.01)
    before = len(Model.embedded)
    assert TEXTS // 2 <= before < TEXTS
    # As if the kill had hit a write, too.
    (part, *_) = sorted(tmp_path.rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-40])

    with start(*given) as again:
        told, _ = again.communicate(timeout=120)
    result = json.loads(told.splitlines()[-1])
    assert (result["right"], result["models"]) == (True, ["all-minilm-l6-v2@r1"])
    assert result["made"] == len(Model.embedded) - before
    # All was kept but what was under way, was just being kept, and stood in the part that is torn.
    assert result["made"] <= TEXTS - before + BATCH * (UNDER_WAY + 3)
    assert len(set(Model.embedded)) == TEXTS
