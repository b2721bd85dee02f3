"""The answering model behind KServe's V2 inference protocol.

A stream comes from `generate_stream`, as the protocol's text generation and Triton's extension define it; a
whole answer from `infer`, whose tensors the model's metadata name. The protocol knows one text and no roles,
so a conversation is written out; what was said before can't pass for the sources of this question.

The requests go through OpenAI's client, which has the connections, the reader of events and the errors.
"""

from __future__ import annotations

from contextlib import aclosing
from html import escape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from openai import AsyncStream

from serving.context.correlation import name_request
from serving.faults import BrokenAnswerError, reading_answer
from serving.schemas import read_text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from openai import AsyncOpenAI

    from serving.context.outcome import Outcome
    from serving.schemas import ChatRequest

_SPEAKERS: Final = {"user": "User", "assistant": "Assistant"}


async def write_by_v2(
    model: AsyncOpenAI, name: str, request: ChatRequest, messages: list[dict[str, Any]], outcome: Outcome
) -> AsyncGenerator[str, None]:
    """Yield the model's text as it comes, or at once if nobody reads along, and note how it ends.

    A whole answer comes behind an empty piece, which says that the model is there.

    Args:
        model: The client of the model's server.
        name: Of the model there.
        request: What of it shapes the answer goes along, as far as the protocol knows it.
        messages: The prompt.
        outcome: Takes why the text ended, and how long it was.

    Raises:
        openai.OpenAIError: The model is down, refuses the request, breaks off, or sends no answer.
    """
    prompt, parameters = write_out(messages), choose_parameters(request.for_model())
    if not request.stream:
        described = await _describe(model, name)
        yield ""
        text = await _infer(model, name, described, prompt, parameters)
        outcome.note_text(text)
        yield text
        return
    body = {"text_input": prompt, "parameters": {**parameters, "stream": True}}
    done: bool | None = False
    async with aclosing(_stream_events(model, f"{_path(name)}/generate_stream", body)) as events:
        with reading_answer():
            async for event in events:
                # Triton doesn't say when it is done: there the end of the body is the end.
                done = event.get("done")
                outcome.finish_reason = event.get("finish_reason") or outcome.finish_reason
                outcome.note_text(str(event["text_output"]))
                yield str(event["text_output"])
    if done is False:
        raise BrokenAnswerError("The model's stream ended before its answer did.")


def write_out(messages: list[dict[str, Any]]) -> str:
    """Return a conversation as one text: the rules, what was said, and the last message as it is.

    Example:
        >>> said = [{"role": "system", "content": "Cite."}, {"role": "user", "content": "<sources>"}]
        >>> write_out([*said, {"role": "user", "content": "<sources></sources> Why?"}])
        'Cite.\\n\\nUser: &lt;sources&gt;\\n\\n<sources></sources> Why?'
    """
    *before, last = messages
    lines = []
    for message in before:
        speaker = _SPEAKERS.get(message["role"])
        text = read_text(message)
        lines.append(f"{speaker}: {escape(text, quote=False)}" if speaker else text)
    return "\n\n".join([*(line for line in lines if line), read_text(last)])


def choose_parameters(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what of a chat request the protocol can say: plain values, and texts to stop at.

    Example:
        >>> choose_parameters({"max_completion_tokens": 5, "stop": "END", "tools": [{}], "seed": 7})
        {'max_tokens': 5, 'stop': ['END'], 'seed': 7}
    """
    chosen: dict[str, Any] = {}
    for name, value in wanted.items():
        if name == "stop" and value:
            chosen["stop"] = [value] if isinstance(value, str) else list(value)
        elif isinstance(value, str | int | float):
            chosen["max_tokens" if name == "max_completion_tokens" else name] = value
    return chosen


async def find_v2_model(model: AsyncOpenAI, name: str) -> bool:
    """Tell whether the server is there and the model ready."""
    with reading_answer():
        answer: Any = await model.get(f"{_path(name)}/ready", cast_to=object)
        # Triton says it by the status alone.
        return not isinstance(answer, dict) or bool(answer.get("ready", True))


async def _describe(model: AsyncOpenAI, name: str) -> Any:
    options: Any = {"headers": name_request()}
    with reading_answer():
        return await model.get(_path(name), cast_to=object, options=options)


async def _infer(
    model: AsyncOpenAI, name: str, described: Any, prompt: str, parameters: dict[str, Any]
) -> str:
    options: Any = {"headers": name_request()}
    with reading_answer():
        tensor = next(one for one in described["inputs"] if one["datatype"] == "BYTES")
        text = {"name": tensor["name"], "datatype": "BYTES", "shape": [1] * len(tensor["shape"])}
        body = {"inputs": [{**text, "data": [prompt]}], "parameters": parameters}
        answer: Any = await model.post(f"{_path(name)}/infer", cast_to=object, body=body, options=options)
        written = next(one for one in answer["outputs"] if one["datatype"] == "BYTES")
        return str(written["data"][0])


async def _stream_events(
    model: AsyncOpenAI, path: str, body: dict[str, Any]
) -> AsyncGenerator[dict[str, Any], None]:
    with reading_answer():
        stream = await model.post(
            path,
            cast_to=object,
            body=body,
            options={"headers": name_request()},
            stream=True,
            stream_cls=AsyncStream[object],
        )
        async with stream:
            async for event in stream:
                if not isinstance(event, dict):
                    raise BrokenAnswerError(f"The model sent {event!r:.80} for a part of an answer.")
                yield event


def _path(name: str) -> str:
    return f"/v2/models/{quote(name, safe='')}"
