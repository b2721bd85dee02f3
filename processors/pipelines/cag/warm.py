"""`cache_warming_task`: a known question finds its passages, and often its answer, in Redis."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

import httpx
import structlog
from confluent_kafka import KafkaException
from opensearchpy import OpenSearch

from processors.pipelines.cag.warming_plan import Groups, choose_questions, drop_repeats, plan_warming
from processors.retrieval.glossary import add_translation
from processors.retrieval.hybrid import build_hybrid_query, parse_hits
from processors.retrieval.pages import rank_documents
from processors.settings import Settings
from processors.stores.answers_cache import (
    FoundHits,
    evict_versions,
    forget_asked,
    measure_room,
    store_hits,
)
from processors.stores.asked_questions import AskedQuestion, read_asked
from processors.stores.model_server import embed_texts
from processors.stores.search import list_alerts, list_titles
from processors.stores.service import ask_service
from processors.versions.catalog import find_live

_CACHED_HITS: Final = 20
_READ_BACK: Final = 20_000
_BATCH: Final = 64


log = structlog.get_logger(__name__)


def warm_cache(
    client: OpenSearch, settings: Settings, index: str, questions: Iterable[str]
) -> dict[str, int]:
    """Preload the version that just went live, and give the memory of all others back.

    For each set of groups that somebody asked for: what was asked most and last, golden questions, titles and
    names of alerts, as far as half of Redis holds them. The public's first questions get their answers too,
    written by the service. Only the service has a reranker: with one set, nothing but these answers is
    preloaded.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        index: The version that just went live.
        questions: What is known to be asked.

    Returns:
        Counts of warmed questions, of answers written, and of entries of other versions that were deleted.
    """
    asked = choose_questions(_read_asked(settings), datetime.now(UTC))
    known = [*questions, *list_alerts(client, index), *list_titles(client, index)]
    reranked = settings.retrieval.reranker
    warmed = 0 if reranked else _preload(client, settings, index, plan_warming(asked, known))
    first = drop_repeats([*asked.get(("public",), []), *questions])[: settings.redis.warmed_answers]
    answered = _write_answers(settings, first)
    live = find_live(client, "cag")
    evicted = evict_versions(settings.redis.url, [index, live or index])
    return {"warmed": warmed, "answered": answered, "evicted": evicted}


def _read_asked(settings: Settings) -> list[AskedQuestion]:
    """Return what was asked; without Kafka the cache is warmed with what is known all the same."""
    try:
        return read_asked(settings.kafka, _READ_BACK)
    except (KafkaException, TimeoutError) as error:
        log.warning("what was asked can't be read", error=str(error))
        return []


def _preload(
    client: OpenSearch, settings: Settings, index: str, planned: list[tuple[str, list[Groups]]]
) -> int:
    """Search and store batch by batch, so that no more than one is held here; return how many were stored."""
    room = measure_room(settings.redis.url)
    sets = {groups for _, of_sets in planned for groups in of_sets}
    forget_asked(settings.redis.url, index, sets, settings.versions.code_commit)
    warmed = 0
    for begin in range(0, len(planned), _BATCH):
        batch = planned[begin : begin + _BATCH]
        for groups, found in _search_batch(client, settings, index, batch):
            room -= store_hits(
                settings.redis.url, index, groups, found,
                ttl_seconds=settings.redis.cache_ttl_seconds, code_commit=settings.versions.code_commit,
            )  # fmt: skip
            warmed += len(found)
        if room < 0:
            log.warning(
                "half of Redis is full, the rest is not preloaded", warmed=warmed, planned=len(planned)
            )
            break
    return warmed


def _search_batch(
    client: OpenSearch, settings: Settings, index: str, batch: list[tuple[str, list[Groups]]]
) -> Iterator[tuple[list[str], list[FoundHits]]]:
    """Yield what is found for a batch's questions, for one set of groups after the other."""
    embedding = settings.embedding
    searched = [add_translation(question, reads_russian=embedding.reads_russian) for question, _ in batch]
    prefixed = [embedding.query_prefix + text for text in searched]
    vectors, _ = embed_texts(settings.kserve.url, embedding.model, prefixed)
    for groups in dict.fromkeys(groups for _, of_sets in batch for groups in of_sets):
        found: list[FoundHits] = []
        for (question, of_sets), text, vector in zip(batch, searched, vectors, strict=True):
            if groups in of_sets:
                body = build_hybrid_query(text, vector.tolist(), _CACHED_HITS, list(groups))
                hits = rank_documents(parse_hits(client.search(index=index, body=body)), text)
                found.append((question, hits[:_CACHED_HITS], vector))
        yield list(groups), found


def _write_answers(settings: Settings, questions: list[str]) -> int:
    """Have the service write the public's answers ahead; without it, each is written when it is asked for."""
    try:
        return ask_service(settings.service.url, settings.access.api_key_file, "runlore-cag", questions)
    except (httpx.HTTPError, OSError) as error:
        log.warning("the service writes no answers ahead", error=str(error))
        return 0
