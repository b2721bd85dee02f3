import json

import pytest

from serving.model_server.openai_api.chat import (
    ChatRequest,
    Completion,
    cut_answer,
    read_prompt,
    render_completion,
    split_pieces,
    stream_completion,
)
from serving.model_server.openai_api.errors import OpenAIError, parse_body

TEXT = "Look at the shards. [1]\n\n```bash\ncurl -s x\n```\n\nQuoted."


def make_completion(text: str = TEXT) -> Completion:
    return Completion("chatcmpl-1", 1, "extractive", split_pieces(text), "stop", prompt_tokens=7)


def read_events(completion: Completion, include_usage: bool) -> list:
    lines = "".join(stream_completion(completion, include_usage)).split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-2]]


@pytest.mark.parametrize("text", ["", " ", TEXT, "Шаги: 1.\n\n  — да", "a\tb\n"])
def test_pieces_joined_are_the_text(text):
    assert "".join(split_pieces(text)) == text


def test_stream_says_the_same_as_the_whole_answer():
    events = read_events(make_completion(), include_usage=True)
    streamed = "".join(choice["delta"].get("content", "") for event in events for choice in event["choices"])

    assert streamed == render_completion(make_completion())["choices"][0]["message"]["content"] == TEXT
    assert events[0]["choices"][0]["delta"]["role"] == "assistant"
    assert events[-2]["choices"][0]["finish_reason"] == "stop"
    assert events[-1]["choices"] == []
    assert events[-1]["usage"] == make_completion().usage()


def test_usage_is_left_out_of_a_stream_that_does_not_ask_for_it():
    assert all("usage" not in event for event in read_events(make_completion(), include_usage=False))


def test_answer_ends_before_the_earliest_stop_text():
    pieces, reason = cut_answer("one two three", ["three", "two"], None)

    assert ("".join(pieces), reason) == ("one ", "stop")


def test_answer_is_cut_at_max_tokens():
    pieces, reason = cut_answer("one two three", None, 2)

    assert ("".join(pieces), reason) == ("one two", "length")


def test_last_user_message_is_the_prompt_also_in_parts():
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

    assert read_prompt(request) == "last"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"n": 2}, "n"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "only rules"}]}, "messages"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function"}}, "tool_choice"),
        ({"logprobs": True}, "logprobs"),
    ],
)
def test_what_cannot_be_done_is_refused_and_named(change, param):
    body = {"model": "extractive", "messages": [{"role": "user", "content": "x"}], **change}

    with pytest.raises(OpenAIError) as caught:
        read_prompt(parse_body(ChatRequest, json.dumps(body).encode()))

    assert caught.value.status == 400
    assert caught.value.body()["error"]["param"] == param
    assert caught.value.body()["error"]["type"] == "invalid_request_error"


def test_a_body_that_is_no_json_is_refused():
    with pytest.raises(OpenAIError, match="Invalid JSON"):
        parse_body(ChatRequest, b"{")
