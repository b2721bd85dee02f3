"""A language model that calls a tool for every question, and then repeats what the tool said."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from tests.support.http_server import read_body, send_text, serve

NAME: Final = "tool-caller"
_LONGEST: Final = 1_500


@contextmanager
def serve_tool_caller(tool: str) -> Iterator[str]:
    """Serve the model, and give its base URL.

    Args:
        tool: How the name of the tool ends that it calls with the question.
    """
    with serve(_make_handler(tool)) as url:
        yield f"{url}/v1"


def _make_handler(tool: str) -> type[BaseHTTPRequestHandler]:
    class ToolCaller(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            send_text(self, "application/json", json.dumps({"object": "list", "data": [{"id": NAME}]}))

        def do_POST(self) -> None:
            asked = json.loads(read_body(self))
            delta, reason = _reply(asked, tool)
            if asked.get("stream"):
                lines = [_make_chunk(delta, None), _make_chunk({}, reason), "[DONE]"]
                send_text(self, "text/event-stream", "".join(f"data: {line}\n\n" for line in lines))
            else:
                choice = {"index": 0, "message": {"role": "assistant", **delta}, "finish_reason": reason}
                send_text(
                    self, "application/json", json.dumps({"id": "1", "model": NAME, "choices": [choice]})
                )

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return ToolCaller


def _reply(asked: dict[str, Any], tool: str) -> tuple[dict[str, Any], str]:
    last = asked["messages"][-1]
    if last["role"] == "tool":
        return {"content": f"The tool says: {_text_of(last)[:_LONGEST]}"}, "stop"
    names = [each["function"]["name"] for each in asked.get("tools", [])]
    wanted = next((name for name in names if name.endswith(tool)), None)
    if wanted is None:
        return {"content": f"No such tool among {sorted(names)}."}, "stop"
    arguments = json.dumps({"question": _text_of(last)})
    call = {"id": "call_1", "type": "function", "function": {"name": wanted, "arguments": arguments}}
    return {"tool_calls": [{"index": 0, **call}]}, "tool_calls"


def _text_of(message: dict[str, Any]) -> str:
    """The text of a message, which may come in parts."""
    content = message["content"]
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def _make_chunk(delta: dict[str, Any], reason: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return json.dumps({"id": "1", "object": "chat.completion.chunk", "model": NAME, "choices": [choice]})
