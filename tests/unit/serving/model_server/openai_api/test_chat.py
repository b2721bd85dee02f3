import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from serving.model_server.openai_api.chat import (
    ChatRequest,
    Completion,
    read_turns,
    render_completion,
    stream_completion,
)
from serving.model_server.openai_api.errors import OpenAIError, parse_body
from serving.model_server.writing import Finish, Limits, Turn

PIECES = ["Look at", " the shards.", " [1]"]
FINISH = Finish("stop", prompt_tokens=7, completion_tokens=3)
COMPLETION = Completion("extractive", "chatcmpl-1", 1)


async def write() -> AsyncGenerator[str | Finish, None]:
    for piece in PIECES:
        yield piece
    yield FINISH


async def read_events(include_usage: bool) -> list[Any]:
    streamed = [event async for event in stream_completion(COMPLETION, write(), include_usage)]
    lines = "".join(streamed).split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-2]]


async def test_stream_says_the_same_as_the_whole_answer() -> None:
    events = await read_events(include_usage=True)
    streamed = "".join(choice["delta"].get("content", "") for event in events for choice in event["choices"])
    whole = render_completion(COMPLETION, "".join(PIECES), FINISH)

    assert streamed == whole["choices"][0]["message"]["content"] == "Look at the shards. [1]"
    assert events[0]["choices"][0]["delta"]["role"] == "assistant"
    assert events[-2]["choices"][0]["finish_reason"] == "stop"
    assert events[-1]["choices"] == []
    assert events[-1]["usage"] == whole["usage"] == FINISH.usage()


async def test_usage_is_left_out_of_a_stream_that_does_not_ask_for_it() -> None:
    assert all("usage" not in event for event in await read_events(include_usage=False))


def test_what_shapes_an_answer_is_handed_on() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stop": "end", "max_tokens": 5}
    asked = parse_body(ChatRequest, json.dumps({**body, "temperature": 0.5, "seed": 3}).encode())

    assert asked.limits() == Limits(("end",), 5, 0.5, None, 3)


def test_a_conversation_is_read_also_in_parts() -> None:
    request = parse_body(
        ChatRequest,
        json.dumps(
            {
                "model": "extractive",
                "temperature": 0.2,
                "messages": [
                    {"role": "user", "content": "first"},
                    {"role": "assistant", "content": "answer"},
                    {"role": "user", "content": [{"type": "text", "text": "last"}]},
                ],
            }
        ).encode(),
    )

    assert read_turns(request) == [Turn("user", "first"), Turn("assistant", "answer"), Turn("user", "last")]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"n": 2}, "n"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "only rules"}]}, "messages"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": 3}, "temperature"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function"}}, "tool_choice"),
        ({"logprobs": True}, "logprobs"),
    ],
)
def test_what_cannot_be_done_is_refused_and_named(change: dict[str, Any], param: str) -> None:
    body = {"model": "extractive", "messages": [{"role": "user", "content": "x"}], **change}

    with pytest.raises(OpenAIError) as caught:
        read_turns(parse_body(ChatRequest, json.dumps(body).encode()))

    assert caught.value.status == 400
    assert caught.value.body()["error"]["param"] == param
    assert caught.value.body()["error"]["type"] == "invalid_request_error"


def test_a_body_that_is_no_json_is_refused() -> None:
    with pytest.raises(OpenAIError, match="Invalid JSON"):
        parse_body(ChatRequest, b"{")
