"""Preloads what people ask, so that a known question finds its passages, and often its answer, in Redis."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from typing import Final

import httpx
import structlog
from confluent_kafka import KafkaException
from opensearchpy import OpenSearch

from processors.retrieval.cache_keys import LONGEST_QUESTION
from processors.retrieval.glossary import add_translation
from processors.retrieval.hybrid import build_hybrid_query, normalise_query, parse_hits
from processors.retrieval.pages import rank_documents
from processors.retrieval.time_phrases import find_window
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
_MOST_ASKED: Final = 1_000
_MOST_RECENT: Final = 200
_ANSWERED: Final = 300
_BATCH: Final = 64
# Who has a set of groups that few others have finds nothing warmed, and the cache fills as they ask.
_MOST_SETS: Final = 32
# Questions times sets of groups: some five minutes of searching.
_MOST_WARMED: Final = 20_000

Groups = tuple[str, ...]
# A question that was asked a week ago counts half.
_HALF_LIFE: Final = timedelta(days=7)

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
    warmed = 0 if settings.reranker else _preload(client, settings, index, plan_warming(asked, known))
    first = _drop_repeats([*asked.get(("public",), []), *questions])[:_ANSWERED]
    answered = _write_answers(settings, first)
    live = find_live(client, "cag")
    evicted = evict_versions(settings.redis_url, [index, live or index])
    return {"warmed": warmed, "answered": answered, "evicted": evicted}


def choose_questions(asked: Iterable[AskedQuestion], now: datetime) -> Mapping[Groups, list[str]]:
    """Return what was asked most and what was asked last, for each set of groups.

    A question counts the less the longer ago it was asked: half after a week. Questions that name a time are
    left out, for their answer is another one each time.

    Example:
        >>> now = datetime(2026, 11, 21, tzinfo=UTC)
        >>> one = {"asked_at": "2026-11-20T00:00:00+00:00", "query": "Why?", "groups": ["public"]}
        >>> dict(choose_questions([one, {**one, "query": "why"}, {**one, "query": "how"}], now))
        {('public',): ['Why?', 'how']}
    """
    weights: dict[Groups, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    latest: dict[Groups, dict[str, datetime]] = defaultdict(dict)
    spelled: dict[str, str] = {}
    for question in asked:
        groups, form = tuple(sorted(question["groups"])), normalise_query(question["query"])
        # Anybody may write to the topic: a question from the year 9999 must not count more than one from now.
        when = min(datetime.fromisoformat(question["asked_at"]), now)
        spelled.setdefault(form, question["query"])
        weights[groups][form] += 0.5 ** ((now - when) / _HALF_LIFE)
        latest[groups][form] = max(when, latest[groups].get(form, when))
    chosen = {}
    for groups, counts in weights.items():
        most = sorted(counts, key=lambda form: -counts[form])[:_MOST_ASKED]
        last = sorted(counts, key=lambda form: latest[groups][form], reverse=True)[:_MOST_RECENT]
        chosen[groups] = [spelled[form] for form in dict.fromkeys([*most, *last])]
    return {groups: [q for q in forms if is_timeless(q, now)] for groups, forms in chosen.items()}


def is_timeless(question: str, now: datetime) -> bool:
    """Tell whether the answer to a question is worth keeping: it names no time and is no pasted log.

    Example:
        >>> now = datetime(2026, 11, 21, tzinfo=UTC)
        >>> is_timeless("why is the cluster red", now), is_timeless("what failed yesterday", now)
        (True, False)
    """
    return len(question) <= LONGEST_QUESTION and find_window(question, now).window is None


def _read_asked(settings: Settings) -> list[AskedQuestion]:
    """Return what was asked; without Kafka the cache is warmed with what is known all the same."""
    try:
        return read_asked(settings.kafka_bootstrap, _READ_BACK)
    except (KafkaException, TimeoutError) as error:
        log.warning("what was asked can't be read", error=str(error))
        return []


def _drop_repeats(questions: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for question in questions:
        first.setdefault(normalise_query(question), question)
    return list(first.values())


def plan_warming(asked: Mapping[Groups, list[str]], known: Iterable[str]) -> list[tuple[str, list[Groups]]]:
    """Return what is preloaded and for whom, what is most likely to be asked first.

    What each set of groups asked most comes before what is only known to be asked; for that, all sets are
    taken, those that asked most first.

    Args:
        asked: Questions by set of groups, best first.
        known: What is known to be asked by anybody.

    Example:
        >>> plan_warming({("ops",): ["Why?"]}, ["why", "how"])
        [('Why?', [('ops',), ('public',)]), ('how', [('ops',), ('public',)])]
    """
    sets = sorted({("public",), *asked}, key=lambda groups: (-len(asked.get(groups, [])), groups))[
        :_MOST_SETS
    ]
    spelled: dict[str, str] = {}
    wanted: dict[str, dict[Groups, None]] = {}
    by_rank = zip_longest(*([(groups, question) for question in asked.get(groups, [])] for groups in sets))
    first = (one for rank in by_rank for one in rank if one is not None)
    for groups, question in chain(first, ((groups, question) for question in known for groups in sets)):
        form = normalise_query(question)
        spelled.setdefault(form, question)
        wanted.setdefault(form, {})[groups] = None
    planned, left = [], _MOST_WARMED
    for form, of_sets in wanted.items():
        planned.append((spelled[form], list(of_sets)[:left]))
        left -= len(of_sets)
        if left <= 0:
            break
    return planned


def _preload(
    client: OpenSearch, settings: Settings, index: str, planned: list[tuple[str, list[Groups]]]
) -> int:
    """Search and store batch by batch, so that no more than one is held here; return how many were stored."""
    room = measure_room(settings.redis_url)
    forget_asked(settings.redis_url, index, {groups for _, of_sets in planned for groups in of_sets})
    warmed = 0
    for begin in range(0, len(planned), _BATCH):
        batch = planned[begin : begin + _BATCH]
        for groups, found in _search_batch(client, settings, index, batch):
            room -= store_hits(settings.redis_url, index, groups, found, settings.cache_ttl_seconds)
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
    searched = [add_translation(question, reads_russian=settings.reads_russian) for question, _ in batch]
    prefixed = [settings.query_prefix + text for text in searched]
    vectors, _ = embed_texts(settings.kserve_url, settings.embedding_model, prefixed)
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
        return ask_service(settings.url, settings.api_key_file, "runlore-cag", questions)
    except (httpx.HTTPError, OSError) as error:
        log.warning("the service writes no answers ahead", error=str(error))
        return 0
