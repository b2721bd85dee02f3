"""Two groups with 500 documents each in the same words, a service over them, and keys and tokens for it."""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt
import numpy as np
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from opensearchpy import OpenSearch

from local.free_port import find_free_port
from processors.knowledge.chunk import Chunk, make_id
from processors.settings import Settings
from processors.stores.model_server import embed_texts
from processors.stores.search import write_chunks
from processors.versions.builds import create_version
from processors.versions.swaps import promote
from tests.support import swapping

GROUPS = ("red", "blue")
MARK = re.compile(r"(red|blue|open)mark\d{4}")
SYSTEMS = (
    *("kafka", "redis", "postgres", "airflow", "mlflow", "prometheus", "spark", "opensearch", "rsyslog"),
    "grafana",
)
ACTIONS = ("restart", "upgrade", "scale", "restore", "debug")
PER_SUBJECT = 10
OPEN_DOCUMENTS = 20
AUDIENCE = "runlore"
SECRET = "what Open WebUI and the service share"


def list_subjects() -> list[tuple[str, str]]:
    return [(action, system) for action in ACTIONS for system in SYSTEMS]


def marks_in(text: str) -> set[str]:
    """The marks of documents that stand in a text."""
    return {match[0] for match in MARK.finditer(text)}


def group_of(mark: str) -> str:
    return mark.partition("mark")[0]


def make_chunk(group: str, number: int, vector: list[float], kind: str) -> Chunk:
    subjects = list_subjects()
    action, system = subjects[number % len(subjects)]
    mark = f"{group}mark{number:04d}"
    text = (
        f"To {action} {system}, run `{action} {system} {mark}` on the first node. "
        f"Then wait until {system} is healthy again, and tell the team that {mark} is done."
    )
    chunk = swapping.make_chunk(system, mark, vector)
    return Chunk(
        **{
            **chunk,
            "chunk_id": f"{mark}-1",
            "doc_id": mark,
            "kind": kind,
            "title": f"{action.title()} {system} {mark}",
            "heading_path": "",
            "text": text,
            "content_hash": make_id(text),
            "acl": ["public"] if group == "open" else [group],
            "cite": {**chunk["cite"], "path": f"{mark}.md"},
        }
    )


def fill(client: OpenSearch, settings: Settings, pipelines: dict[str, Any]) -> None:
    """Put versions live in which both groups' documents have the same words, and equal vectors."""
    asked = [f"how do I {action} {system}" for action, system in list_subjects()]
    vectors = np.asarray(embed_texts(settings.kserve.url, settings.embedding.model, asked)[0]).tolist()
    numbers = range(PER_SUBJECT * len(asked))
    for alias, pipeline in pipelines.items():
        # What happened is less than what is written: a tenth.
        kind, kept = ("runbook", numbers) if alias == "cag" else ("log_pattern", numbers[::PER_SUBJECT])
        chunks = [make_chunk(group, n, vectors[n % len(asked)], kind) for group in GROUPS for n in kept]
        chunks += [make_chunk("open", n, vectors[n % len(asked)], kind) for n in numbers[:OPEN_DOCUMENTS]]
        index = create_version(client, pipeline, {})
        assert write_chunks(client, index, chunks) == []
        promote(client, pipeline, index)


@dataclass
class Provider:
    """An identity provider: its key, and another one that nobody trusts."""

    key: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    foreign: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    url: str = ""

    def sign(self, group: str, *, key: Any = None, algorithm: str = "RS256", **changes: Any) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": f"{group}-person",
            "groups": [group],
        }
        claims |= {"iat": now, "exp": now + 600, **changes}
        return jwt.encode(claims, self.key if key is None else key, algorithm, {"kid": "one"})

    @contextmanager
    def serve(self) -> Iterator[None]:
        shown = {**json.loads(RSAAlgorithm.to_jwk(self.key.public_key())), "kid": "one"}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:  # noqa: N805 - `self` is the provider
                body = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
                handler.send_response(200)
                handler.end_headers()
                handler.wfile.write(
                    json.dumps({"keys": [shown]} if "keys" in handler.path else body).encode()
                )

            def log_message(self, *_: Any) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def sign_user(group: str, secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    """What Open WebUI says of its user."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "sub": f"{group}-id",
        "email": f"{group}@example.com",
        "name": group,
        "role": "user",
    }
    claims |= {"iss": "open-webui", "iat": now, "exp": now + 300, **changes}
    return jwt.encode(claims, secret, algorithm)


@dataclass(frozen=True)
class Service:
    """A running service, and where it writes."""

    url: str
    log: Path
    audit: Path


@contextmanager
def serve(pipelines: dict[str, Any], provider: Provider, folder: Path) -> Iterator[Service]:
    """The service in a process of its own."""
    port = find_free_port()
    service = Service(f"http://127.0.0.1:{port}", folder / "service.log", folder / "audit.jsonl")
    names = {f"{group}-key": {"key_sha256": digest(f"{group}-key"), "groups": [group]} for group in GROUPS}
    (folder / "keys.json").write_text(json.dumps(names))
    users = {"red@example.com": ["red"], "blue-id": ["blue"]}
    (folder / "groups.json").write_text(json.dumps({"users": users}))
    (folder / "secret").write_text(SECRET)
    environment = {
        "RUNLORE_URL": service.url,
        "RUNLORE_API_KEYS_FILE": str(folder / "keys.json"),
        "RUNLORE_USER_GROUPS_FILE": str(folder / "groups.json"),
        "RUNLORE_OPENWEBUI_JWT_SECRET_FILE": str(folder / "secret"),
        "RUNLORE_OIDC_ISSUER": provider.url,
        "RUNLORE_OIDC_AUDIENCE": AUDIENCE,
        "RUNLORE_AUDIT_FILE": str(service.audit),
        "RUNLORE_PAGE_REQUESTS_PER_MINUTE": "0",
        "RUNLORE_LOG_LEVEL": "DEBUG",
    }
    named = [f"{alias}={name}" for alias, name in pipelines.items()]
    command = [sys.executable, "-m", "tests.support.own_service", str(port), *named]
    with service.log.open("w") as log:
        process = subprocess.Popen(command, env=os.environ | environment, stderr=log, stdout=log)
    try:
        _wait_until_ready(service, process)
        yield service
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_ready(service: Service, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None, service.log.read_text()[-2000:]
        try:
            if httpx.get(f"{service.url}/health/ready", timeout=10).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(service.log.read_text()[-2000:])


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
