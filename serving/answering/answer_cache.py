"""The answer cache: an answer that is always the same is written once for each version, then remembered.

An answer can be cached when it comes from documents alone, by a model that always writes the same, without a
conversation or a time that it depends on. It is kept under the version that it is from, the prompt, the model
and the code, so that a change of any of these is another key.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from opensearchpy.exceptions import ConnectionError as SearchDownError

from processors.retrieval.cache_keys import answer_key, cache_namespace, name_writer
from serving.answering.answer import Answer
from serving.answering.claims import ClaimCheck
from serving.answering.links import make_reader
from serving.answering.phrases import choose_words
from serving.answering.prompt import PROMPT_VERSION
from serving.answering.remarks import begin_from_memory
from serving.answering.writing import QUOTING, answer_from
from serving.context.metrics import CACHE_LOOKUPS
from serving.context.outcome import Outcome
from serving.context.request_context import current_context
from serving.retrieval.cache import is_cacheable, read_entry, try_store_entry
from serving.retrieval.last_known import SEARCH, find_last_version, retrieve_or_recall
from serving.retrieval.live_versions import require_live_versions
from serving.retrieval.question import Findings, Question

if TYPE_CHECKING:
    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.schemas import ChatRequest


def is_answer_cacheable(settings: Settings, request: ChatRequest, question: Question) -> bool:
    """Tell whether the same question always gets the same answer from a version.

    The embedded model reads nothing of a conversation but its question, so one that stands for itself does.

    Args:
        settings: Say which model answers.
        request: As it came; what shapes the answer makes it one of a kind.
        question: The one that is searched for.
    """
    return (
        question.pipelines == ("cag",)
        and not question.filters
        # Of a model that samples, what it happened to say first would stay.
        and settings.answering.model in QUOTING
        and not settings.answering.url
        and question.understood.rewritten is None
        and not request.for_model()
        and request.messages[-1].role == "user"
        and is_cacheable(question.text)
    )


async def recall_answer(
    clients: Clients, settings: Settings, request: ChatRequest, question: Question
) -> Answer:
    """Return the answer that is remembered for the live version, or write it and remember it.

    It may be that nothing is known.

    Equal questions that come at once are answered by one writing.

    Args:
        clients: What to ask.
        settings: Of the platform.
        request: The conversation.
        question: One for which `is_answer_cacheable` holds.

    Raises:
        NoKnowledgeError: No version is live.
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached.
    """
    try:
        versions = await require_live_versions(clients, question.pipelines)
        down: tuple[str, ...] = ()
    except SearchDownError:
        versions, down = {"cag": find_last_version(clients)}, (SEARCH,)
        if versions["cag"] is None:
            raise
    shape = f"{settings.answering.source_tokens} {settings.answering.abstain}"
    writer = name_writer(PROMPT_VERSION, settings.answering.model, settings.versions.code_commit, shape)
    namespace = cache_namespace(
        str(versions["cag"]), question.groups, settings.retrieval.reranker, settings.versions.code_commit
    )
    name_key = partial(answer_key, namespace, writer)
    key = name_key(question.text)
    written, degraded = await read_entry(clients, key)
    if written is None and degraded:
        findings = await retrieve_or_recall(clients, settings, question, versions)
        return await answer_from(clients, settings, request, question, [], findings)
    if written is None:
        written = await clients.answers.run(
            key, lambda: _write_once(clients, settings, request, question, versions, name_key)
        )
        current_context().recalled = written["writer"] == "cache"
    else:
        written = {**written, "writer": "cache"}
        CACHE_LOOKUPS.labels("hit").inc()
        current_context().recalled = True
    return _replay(written, settings, request, question, down)


async def _write_once(
    clients: Clients,
    settings: Settings,
    request: ChatRequest,
    question: Question,
    versions: dict[str, str | None],
    name_key: Callable[[str], str],
) -> dict[str, Any]:
    key = name_key(question.text)
    findings = await retrieve_or_recall(clients, settings, question, versions)
    if findings.alike is not None:
        remembered, _ = await read_entry(clients, name_key(findings.alike))
        if remembered is not None:
            await try_store_entry(clients, key, remembered, settings.redis.cache_ttl_seconds)
            return {**remembered, "writer": "cache"}
    answer = await answer_from(clients, settings, request, question, [], findings)
    written = {
        "text": "".join([piece async for piece in answer.text]),
        "cited": answer.cited,
        "as_of": answer.as_of,
        "versions": versions,
        "finish_reason": answer.outcome.finish_reason,
        "usage": answer.outcome.describe_usage(),
        "degraded": answer.degraded,
        "writer": answer.writer,
        "looked_at": answer.looked_at,
        "uncited": answer.check.uncited,
        "unknown_commands": answer.check.unknown_commands,
    }
    # A time that is still to come is no window today and will be one then.
    if not answer.degraded and not question.understood.names_time:
        await try_store_entry(clients, key, written, settings.redis.cache_ttl_seconds)
    return written


def _replay(
    written: Mapping[str, Any],
    settings: Settings,
    request: ChatRequest,
    question: Question,
    down: tuple[str, ...],
) -> Answer:
    cited: list[Hit] = []

    async def read() -> AsyncGenerator[str, None]:
        cited.extend(written["cited"])
        yield written["text"]

    text = read()
    degraded = tuple(sorted({*written["degraded"], *down}))
    # What was written just now says it already.
    if SEARCH in degraded and SEARCH not in written["degraded"]:
        text = begin_from_memory(text, choose_words(question.understood.language), written["versions"])
    return Answer(
        model=request.model,
        text=text,
        cited=cited,
        outcome=Outcome(written["finish_reason"], written["usage"]),
        as_of=written["as_of"],
        findings=Findings([], written["versions"], ()),
        degraded=degraded,
        writer=written["writer"],
        reader=make_reader(settings, question.groups),
        check=ClaimCheck(list(written["uncited"]), list(written["unknown_commands"])),
        looked_at=None if written["looked_at"] is None else tuple(written["looked_at"]),
    )
