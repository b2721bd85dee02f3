"""A language model that can be made to say anything: it repeats its sources, markup and orders and all."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from serving.model_server.extractive.prompt import parse_prompt
from tests.support.http_server import read_body, send_text, serve

# A piece is a few letters long, so that tags and addresses come in parts.
_PIECE = 7


@contextmanager
def talk() -> Iterator[str]:
    """Serve the model, and give its base URL."""
    with serve(_Parrot) as url:
        yield f"{url}/v1"


class _Parrot(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        send_text(self, "application/json", json.dumps({"object": "list", "data": [{"id": "extractive"}]}))

    def do_POST(self) -> None:
        asked = json.loads(read_body(self))
        sources = parse_prompt(asked["messages"][-1]["content"]).sources[:2]
        text = "\n\n".join(f"From [{source.n}]: {source.title}\n\n{source.text}" for source in sources)
        pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
        deltas = [{"content": piece} for piece in pieces]
        chunks = [_make_chunk(delta, None) for delta in deltas] + [_make_chunk({}, "stop")]
        send_text(
            self,
            "text/event-stream",
            "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n",
        )

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _make_chunk(delta: dict[str, str], finish_reason: str | None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {
        "id": "chatcmpl-parrot",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "extractive",
        "choices": [choice],
    }
