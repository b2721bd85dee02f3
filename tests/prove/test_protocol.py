"""Requests that nobody would send: made from the OpenAPI page, and of random bytes. None may be a 5xx.

As here, with few, it is a part of every test run; `make prove` sends a million bytes to every route.
"""

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from processors.settings import Settings

EXAMPLES = int(os.environ.get("PROVE_EXAMPLES", "3"))
BYTES = int(os.environ.get("PROVE_BYTES", "20000"))
LONGEST = 20_000
PATIENCE_S = 30
MODELS = ["runlore", "runlore-rag", "runlore-cag", "extractive", "gpt-9"]
CHAT = {"model": "runlore-cag", "messages": [{"role": "user", "content": "What now?"}], "max_tokens": 5}
BODIES: dict[str, Any] = {
    "/v1/chat/completions": CHAT,
    "/v1/retrieve": {"query": "disk full", "k": 3, "filters": {"service": ["redis"]}},
    "/v1/feedback": {"answer_id": "chatcmpl-1", "rating": 1, "comment": "good"},
}
PAGES = [
    *("/v1/models", "/v1/models/runlore", "/health/live", "/health/ready", "/metrics", "/schema"),
    *("/schema/openapi.json", "/schema/openapi.yaml", "/citations/cag-v000001/abc", "/v1/chat/stream", "/"),
]

pytestmark = pytest.mark.usefixtures("live_versions")


@pytest.fixture(scope="module")
def key(settings: Settings) -> str:
    return settings.access.read_api_key()


def test_the_service_is_as_its_openapi_page_says(settings: Settings, key: str, tmp_path: Path) -> None:
    document = (
        httpx.get(f"{settings.service.url}/schema/openapi.json", timeout=PATIENCE_S).raise_for_status().json()
    )
    # Of random names none is a model, and nothing behind the first check would ever be asked.
    document["components"]["schemas"]["ChatRequest"]["properties"]["model"]["enum"] = MODELS
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(tmp_path / "openapi.json")]
    command += [
        "--url",
        settings.service.url,
        "--no-color",
        "--phases",
        "examples,coverage,fuzzing",
        "--seed",
        "7",
    ]
    command += ["--max-examples", str(EXAMPLES), "--request-timeout", str(PATIENCE_S)]
    command += ["-H", f"Authorization: Bearer {key}", "-H", "X-Runlore-Record: off"]
    # A body of the right form may still hold no question, or a filter by an unknown field: 400 is right then.
    # Litestar answers OPTIONS by the methods of the first handler of a path that has two.
    excluded = "positive_data_acceptance,allow_header_conformance"
    command += ["--exclude-checks", excluded, "--warnings", "off"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout.replace(key, "…")


def cut_pieces(chance: random.Random, total: int) -> Iterator[bytes]:
    """Random bytes in pieces of many sizes."""
    while total > 0:
        size = chance.choices((1, 8, 64, 500, 4_000, LONGEST), (20, 20, 20, 20, 4, 1))[0]
        piece = chance.randbytes(min(total, size))
        total -= len(piece)
        yield piece


def send(settings: Settings, method: str, path: bytes, headers: list[bytes], body: bytes = b"") -> int | None:
    """Send a request of any bytes and return the status of the answer, None for a connection just closed."""
    address = urlsplit(settings.service.url)
    head = [method.encode() + b" " + path + b" HTTP/1.1", b"Host: " + address.netloc.encode(), *headers]
    head += [b"Connection: close", b"X-Runlore-Record: off", b"Content-Length: %d" % len(body)]
    with socket.create_connection((str(address.hostname), address.port or 80), PATIENCE_S) as connection:
        try:
            connection.sendall(b"\r\n".join(head) + b"\r\n\r\n" + body)
        except ConnectionError:
            return None
        answer = b""
        try:
            while (received := connection.recv(65_536)) and b"\r\n" not in answer:
                answer += received
        except ConnectionError:
            return None
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


def make_headers(key: str, kind: str = "application/json") -> list[bytes]:
    return [f"Authorization: Bearer {key}".encode(), f"Content-Type: {kind}".encode()]


def spoil(chance: random.Random, body: bytes, noise: bytes) -> bytes:
    """A body of the right form with random bytes over or between some of its own."""
    start = chance.randrange(len(body))
    return body[:start] + noise + body[start + chance.choice((0, len(noise))) :]


@pytest.mark.parametrize("path", BODIES)
def test_random_bodies(settings: Settings, key: str, path: str) -> None:
    chance = random.Random(path)  # noqa: S311 - not a secret
    good = json.dumps(BODIES[path]).encode()
    for piece in cut_pieces(chance, BYTES):
        body = piece if chance.random() < 0.5 else spoil(chance, good, piece)
        headers = make_headers(
            key, chance.choice(("application/json", "text/plain", "application/x-msgpack"))
        )
        status = send(settings, "POST", path.encode(), headers, body)
        assert status is None or status < 500, (status, body[:2_000])


@pytest.mark.parametrize("path", BODIES)
def test_random_values_in_good_bodies(settings: Settings, key: str, path: str) -> None:
    """What no framework refuses: any characters, numbers and depths where a text or a number may stand."""
    chance = random.Random(path)  # noqa: S311 - not a secret
    for piece in cut_pieces(chance, BYTES):
        body = json.dumps(replace_one(chance, BODIES[path], piece.decode("utf-16", "replace"))).encode()
        status = send(settings, "POST", path.encode(), make_headers(key), body)
        assert status is None or status < 500, (status, body[:2_000])


def replace_one(chance: random.Random, value: Any, text: str) -> Any:
    """The same value with one of its leaves replaced."""
    if isinstance(value, dict):
        changed = chance.choice(list(value))
        return {
            name: replace_one(chance, own, text) if name == changed else own for name, own in value.items()
        }
    if isinstance(value, list):
        return [replace_one(chance, value[0], text), *value[1:]]
    nested: Any = text
    for _ in range(chance.choice((0, 0, 3, 200))):
        nested = [nested]
    return chance.choice((nested, nested, text, -1, 2**70, 1e300, None, True, {}, {text: text}))


@pytest.mark.parametrize("path", [*BODIES, *PAGES])
def test_random_headers_queries_and_paths(settings: Settings, key: str, path: str) -> None:
    chance = random.Random(path)  # noqa: S311 - not a secret
    method = "POST" if path in BODIES else "GET"
    body = json.dumps(BODIES.get(path, {})).encode()
    forms: tuple[Callable[[bytes], tuple[bytes, list[bytes]]], ...] = (
        lambda noise: (path.encode(), [*make_headers(key), b"X-Correlation-Id: " + clean(noise)]),
        lambda noise: (path.encode(), [b"Authorization: Bearer " + clean(noise)]),
        lambda noise: (path.encode(), [*make_headers(key), clean(noise)[:60] + b": " + clean(noise)]),
        lambda noise: (path.encode(), [b"Upgrade: websocket", b"Sec-WebSocket-Key: " + clean(noise)]),
        lambda noise: (f"{path}?{quote(noise)}".encode(), make_headers(key)),
        lambda noise: (f"{path}/{quote(noise, safe='')}".encode(), make_headers(key)),
        lambda noise: (f"{path}?grant={quote(noise, safe='')}".encode(), make_headers(key)),
        lambda noise: (path.encode() + clean(noise).replace(b" ", b""), make_headers(key)),
    )
    for piece in cut_pieces(chance, BYTES):
        target, headers = chance.choice(forms)(piece[:4_000])
        status = send(settings, chance.choice((method, method, "PUT", "OPTIONS")), target, headers, body)
        assert status is None or status < 500, (status, target[:2_000], headers)


def clean(noise: bytes) -> bytes:
    """Bytes that a header may hold as far as HTTP's framing goes."""
    return noise.translate(None, b"\r\n\0")


def test_random_websocket_messages(settings: Settings, key: str) -> None:
    chance = random.Random(3)  # noqa: S311 - not a secret
    url = settings.service.url.replace("http", "ws", 1) + "/v1/chat/stream"
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"}
    good = json.dumps(CHAT).encode()
    with connect(url, additional_headers=headers) as one:
        for piece in cut_pieces(chance, BYTES):
            message = piece if chance.random() < 0.5 else spoil(chance, good, piece)
            one.send(message if chance.random() < 0.5 else message.decode("utf-8", "replace"))
            while "error" not in (answer := str(one.recv(PATIENCE_S)))[:10] and answer != "[DONE]":
                pass
            assert answer == "[DONE]" or "invalid_request_error" in answer, (answer, message[:2_000])
        one.send(good)
        while one.recv(PATIENCE_S) != "[DONE]":
            pass


def test_random_frames_close_the_websocket_and_nothing_else(settings: Settings, key: str) -> None:
    chance = random.Random(5)  # noqa: S311 - not a secret
    url = settings.service.url.replace("http", "ws", 1) + "/v1/chat/stream"
    for piece in cut_pieces(chance, BYTES):
        with connect(url, additional_headers={"Authorization": f"Bearer {key}"}, close_timeout=0.1) as one:
            one.socket.sendall(piece)
            try:
                one.ping().wait(0.05)
                one.recv(0.05)
            except (ConnectionClosed, TimeoutError):
                continue
    assert httpx.get(f"{settings.service.url}/health/live", timeout=PATIENCE_S).status_code == 200
    with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as one:
        one.send("{")
        assert "invalid_request_error" in str(one.recv(PATIENCE_S))
