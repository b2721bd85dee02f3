"""What a trace says of an answer: the question, the answer, its sources, by OpenTelemetry's names for GenAI.

Whoever may look at traces sees all of them. So contents are in those of questions that were answered from
what everybody may see, and of others only how they were answered.
"""

from __future__ import annotations

import json
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from processors.versions.names import find_version
from serving.answering.prompt import PROMPT_VERSION, title_of
from serving.context.caller import PUBLIC
from serving.context.correlation import correlation_id
from serving.context.tracing import is_tracing_answers, record_answer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from processors.retrieval.hybrid import Hit
    from serving.answering.answer import Answer
    from serving.retrieval.question import Question

RETRIEVER: Final = "RETRIEVER"
"""MLflow's type of a span whose output are documents: OpenTelemetry has no name for it that MLflow reads."""


def trace_when_read(question: Question, answer: Answer, begun: int) -> Answer:
    """Return an answer of which a span tells when it has been read; as it is if traces are off.

    Args:
        question: The one that was searched for.
        answer: Its text not read yet.
        begun: When it was asked, by `time.time_ns`.
    """
    if not is_tracing_answers():
        return answer
    shows = question.groups == (PUBLIC,)

    async def traced() -> AsyncGenerator[str, None]:
        read: list[str] = []
        async with aclosing(answer.text) as pieces:
            async for piece in pieces:
                read.append(piece)
                yield piece
        told, sources = _describe(answer), dict[str, str]()
        if shows:
            told |= _describe_contents(question, answer, "".join(read))
            # An answer that is remembered was not searched for again.
            sources = _describe_sources(question, answer.findings.hits or answer.cited)
        record_answer(begun, told, sources)

    return replace(answer, text=traced())


def _describe(answer: Answer) -> dict[str, Any]:
    """Return what says nothing of what was asked: the names are those of OpenTelemetry where it has any."""
    usage = answer.outcome.describe_usage()
    versions = answer.findings.versions.items()
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "runlore",
        "gen_ai.agent.name": "runlore",
        "gen_ai.request.model": answer.model,
        "gen_ai.response.id": answer.identity,
        "gen_ai.response.finish_reasons": (answer.outcome.finish_reason,),
        "gen_ai.usage.input_tokens": int(usage.get("prompt_tokens", 0)),
        "gen_ai.usage.output_tokens": int(usage.get("completion_tokens", 0)),
        "runlore.correlation_id": correlation_id(),
        "runlore.prompt": PROMPT_VERSION,
        "runlore.writer": answer.writer,
        "runlore.route": answer.route.name,
        "runlore.abstained": answer.looked_at is not None,
        "runlore.uncited": len(answer.check.uncited),
        **{f"runlore.version.{pipeline}": version for pipeline, version in versions if version},
    }


def _describe_contents(question: Question, answer: Answer, text: str) -> dict[str, Any]:
    asked, answered = {"role": "user", "content": question.text}, {"role": "assistant", "content": text}
    return {
        "gen_ai.input.messages": _write_messages("user", question.text),
        "gen_ai.output.messages": _write_messages("assistant", text),
        # In its list MLflow shows the words of a conversation that has this form.
        "mlflow.spanInputs": json.dumps({"messages": [asked]}, ensure_ascii=False),
        "mlflow.spanOutputs": json.dumps({"messages": [asked, answered]}, ensure_ascii=False),
        "runlore.citations": json.dumps([_name_source(hit) for hit in answer.cited], ensure_ascii=False),
    }


def _write_messages(role: str, text: str) -> str:
    parts = [{"type": "text", "content": text}]
    return json.dumps([{"role": role, "parts": parts}], ensure_ascii=False)


def _describe_sources(question: Question, hits: Iterable[Hit]) -> dict[str, str]:
    documents = [
        {"page_content": hit["text"], "metadata": _name_source(hit), "id": hit["chunk_id"]} for hit in hits
    ]
    return {
        "mlflow.spanType": RETRIEVER,
        "mlflow.spanInputs": json.dumps({"query": question.searched}, ensure_ascii=False),
        "mlflow.spanOutputs": json.dumps(documents, ensure_ascii=False),
    }


def _name_source(hit: Hit) -> dict[str, str]:
    return {
        "doc_uri": str(hit["cite"].get("path", "")) or hit["doc_id"],
        "title": title_of(hit),
        "index": find_version(hit["index"]),
    }
