"""What is retrieved for a question: live versions, documents and events in parallel, fusion."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.hybrid import fuse
from processors.retrieval.readings.pages import keep_about
from serving.retrieval.answerability import is_answerable, measure_answerability
from serving.retrieval.documents import find_documents
from serving.retrieval.embedding import embed_question
from serving.retrieval.live_versions import require_live_versions
from serving.retrieval.question import Findings, Question, Ranking
from serving.retrieval.readings.reading import read_index
from serving.retrieval.runs import find_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.retrieval.hybrid import Hit
    from processors.retrieval.readings.reading import Reading
    from processors.settings import Settings
    from serving.clients.lifespan import Clients


async def retrieve(
    clients: Clients,
    settings: Settings,
    question: Question,
    versions: dict[str, str | None] | None = None,
) -> Findings:
    """Return the chunks that best fit a question; what happened, only of the time that it names.

    Without the embedder the search goes by words alone, without Redis nothing is cached; both are named in
    the findings' `degraded`.

    Args:
        clients: What to ask.
        settings: Of the platform.
        question: What to look for.
        versions: The live versions, if they were read for this question already.

    Raises:
        NoKnowledgeError: None of the pipelines has a live version.
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached or refuses the query.
    """
    versions = versions or await require_live_versions(clients, question.pipelines)
    now = datetime.now(UTC)
    asked = {pipeline: index for pipeline, index in versions.items() if index}
    searches = (
        find_documents(clients, settings, question, index, now)
        if pipeline == "cag"
        else find_events(clients, settings, question, index, now)
        for pipeline, index in asked.items()
    )
    rankings, reading = await asyncio.gather(
        asyncio.gather(*searches), _read(clients, question, asked, versions, now)
    )
    lists = [ranking.hits for ranking in rankings]
    hits = lists[0][: question.k] if len(lists) == 1 else fuse(lists, question.k)
    if question.understood.kind == "write":
        # A text is written after documents; what was observed is nobody's model of one.
        hits = [hit for hit in hits if hit["kind"] not in DYNAMIC_KINDS]
    if reading is not None:
        # Of what isn't there nothing else that happened tells.
        others = [hit for hit in hits if not reading.is_empty or hit["kind"] not in DYNAMIC_KINDS]
        others = keep_about(reading, others, question.text) if reading.is_partial else others
        hits = _put_first(reading.hits, others)
    degraded = dict.fromkeys(part for ranking in rankings for part in ranking.degraded)
    alike = next((ranking.alike for ranking in rankings if ranking.alike), None)
    happened = dict(zip(asked, rankings, strict=True)).get("rag")
    is_unknown = happened is not None and not happened.hits and reading is None
    unknown = question.namespaces if is_unknown else ()
    # What happened in other namespaces speaks for no answer.
    events = None if unknown else versions.get("rag")
    if reading is None:
        answerable = await _weigh(clients, settings, question, rankings, events)
    else:
        answerable = not reading.is_empty or _is_written_of(question, rankings)
    return Findings(
        hits, versions, tuple(sorted(degraded)), question.window, alike, answerable, unknown, reading
    )


async def _read(
    clients: Clients,
    question: Question,
    asked: dict[str, str],
    versions: dict[str, str | None],
    now: datetime,
) -> Reading | None:
    """Return what the index of what happened says by the reading of the question's kind, if it is asked."""
    if "rag" not in asked:
        return None
    return await read_index(clients, question, asked["rag"], versions, now)


def _put_first(evidence: Sequence[Hit], hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits behind what a reading cites, each once."""
    top = max((hit["score"] for hit in hits), default=0.0)
    cited = {hit["chunk_id"] for hit in evidence}
    count = len(evidence)
    raised: list[Hit] = [{**hit, "score": top + (count - at) / 100} for at, hit in enumerate(evidence)]
    return [*raised, *(hit for hit in hits if hit["chunk_id"] not in cited)]


def _is_written_of(question: Question, rankings: Sequence[Ranking]) -> bool | None:
    """Tell whether documents answer a question about what was never observed; None if nobody asked that."""
    if not question.weighs:
        return None
    told = (ranking.answerability for ranking in rankings if ranking.answerability is not None)
    return any(map(is_answerable, told))


async def _weigh(
    clients: Clients, settings: Settings, question: Question, rankings: Sequence[Ranking], events: str | None
) -> bool | None:
    """Tell whether documents or, if those don't, what was observed speaks for an answer."""
    told = [is_answerable(ranking.answerability) for ranking in rankings if ranking.answerability is not None]
    if not any(ranking.hits for ranking in rankings):
        # What happened at a time is told by that time.
        return False if question.weighs and question.window is None else None
    if not told or told[0] or events is None:
        return told[0] if told else None
    vector, _ = await embed_question(clients, settings, question.searched)
    if vector is None:
        return None
    answerability = await measure_answerability(clients, events, question, vector)
    return None if answerability is None else is_answerable(answerability)
