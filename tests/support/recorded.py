"""A real HTTP server that replays recorded answers, and notes what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Replay:
    """Answers by request, as path and sorted query; `{}` in a query stands for none."""

    answers: dict[str, Any]
    url: str = ""
    asked: list[str] = field(default_factory=list)
    logins: set[str] = field(default_factory=set)
    troubles: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@contextmanager
def replay(file: Path, login: str = "") -> Iterator[Replay]:
    """Serve a file of recorded answers; whoever doesn't show the login gets 401."""
    played = Replay(json.loads(file.read_text(encoding="utf-8")))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(parts.query)))
            asked = f"{parts.path}?{query}" if query else parts.path
            played.asked.append(asked)
            played.logins.add(self.headers.get("Authorization", ""))
            if played.troubles:
                self._reply(*played.troubles.pop(0), body={})
            elif login and self.headers.get("Authorization") != login:
                self._reply(401, {}, {"message": "who are you?"})
            elif asked in played.answers:
                self._reply(200, {}, played.answers[asked])
            else:
                self._reply(404, {}, {"statusCode": 404, "message": "No content found"})

        def _reply(self, status: int, headers: dict[str, str], body: Any) -> None:
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    played.url = f"http://127.0.0.1:{server.server_port}"
    yield played
    server.shutdown()
    thread.join()
    server.server_close()
