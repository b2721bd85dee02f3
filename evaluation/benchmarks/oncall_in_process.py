"""The scripted afternoon answered in one process: records, chunks, incidents, readings, quotes.

Everything between a record and an answer is the product's own but OpenSearch and the transport: searches of
readings are answered by an index in memory, documents are found as in `make bench-procedures`.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from evaluation.benchmarks.procedures import GIVEN, SOURCE_TOKENS, Corpus, ask_model, find_sources
from evaluation.benchmarks.small_index import IndexInMemory
from evaluation.oncall.afternoon import list_messages, list_records
from evaluation.oncall.judging import Answer, Cited
from evaluation.oncall.questions import Question as Asked
from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_factory import Batch
from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.observation import KINDS, observe
from processors.knowledge.incidents.views import find_for_each_group
from processors.knowledge.mlflow.asking import read_ask
from processors.knowledge.partitions import build_chunks
from processors.pipelines.incidents.telling import tell_incident
from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.hybrid import Hit, parse_hits
from processors.retrieval.question.understanding import Understood, understand
from processors.retrieval.readings.chat import say_chat, suggest_questions
from processors.retrieval.readings.composing import compose_reading
from processors.retrieval.readings.pages import keep_about
from processors.retrieval.readings.reading import Reading
from processors.retrieval.runs import find_experiments, judge_runs_of, put_runs_first
from serving.answering.numbering import find_citations
from serving.answering.packing import choose_sources, open_counter
from serving.answering.phrases import choose_words
from serving.answering.prompt import build_messages, compose_with
from serving.retrieval.question import Question
from serving.retrieval.readings.reading import read_index

VERSIONS: Final[dict[str, str | None]] = {"rag": "rag-v000002", "cag": "cag-v000003"}
METAS: Final[dict[str, dict[str, Any]]] = {
    "rag-v000002": {"state": "live", "chunks": 120, "embedding_model": "all-minilm-l6-v2"},
    "cag-v000003": {"state": "live", "chunks": 400, "embedding_model": "all-minilm-l6-v2"},
    "cag-v000004": {"state": "refused", "gate": {"reasons": ["recall@5 fell from 0.93 to 0.71."]}},
}
_BATCH: Final = "oncall"


class World(NamedTuple):
    """The afternoon as the index holds it, the documents, and when it is."""

    chunks: list[Chunk]
    corpus: Corpus
    now: datetime


def build_observations(now: datetime, seed: int) -> list[Chunk]:
    """Return the chunks of the afternoon, and the incidents that are found in them.

    Args:
        now: The end of the afternoon.
        seed: Of what is chance in it.
    """
    at = now.isoformat()
    chunks = [
        chunk
        for records in list_records(list_messages(now, seed), now).values()
        for chunk in build_chunks(records, None, (), _BATCH, at)["chunks"]
    ]
    seen = [observe(chunk) for chunk in chunks if chunk["kind"] in KINDS]
    told = find_for_each_group(seen, partial(find_incidents, now=now))
    return [*chunks, *(tell_incident(one, [], {}, now, Batch(_BATCH, at)) for one in told)]


def answer_question(world: World, asked: Asked) -> Answer:
    """Return the answer to a question, as the service composes it.

    Args:
        world: What is known.
        asked: The question, and what was asked before it.
    """
    began = time.monotonic()
    understood = understand(asked["query"], world.now, before=asked.get("before", ()))
    text, sources, own = _answer(world, understood)
    cited = [sources[number - 1] for number in find_citations(text) if number <= len(sources)]
    return Answer(text, tuple(map(cite, cited)), time.monotonic() - began, own)


def cite(hit: Hit) -> Cited:
    """Return a source as it is judged."""
    path = str(hit["cite"].get("path", "")) if hit["kind"] not in DYNAMIC_KINDS else ""
    return Cited(hit["title"], f"{hit['text']} {hit['cite']}", path.rpartition("/")[2])


def _answer(world: World, understood: Understood) -> tuple[str, Sequence[Hit], str]:
    if understood.kind == "chat":
        return say_chat(understood.asked, understood.language), (), ""
    reading = _read(world, understood)
    own = f"{VERSIONS} {METAS}"
    if reading is not None and reading.is_own:
        return compose_with(reading, reading.hits), reading.hits, own
    happened = _find_runs(world, understood) if reading is None else list(reading.hits)
    documents = _find_documents(world, understood)
    if reading is not None and reading.is_partial:
        documents = keep_about(reading, documents, understood.text)
    words = choose_words(understood.language)
    if reading is not None and reading.is_empty:
        suggested = suggest_questions(understood.language)
        return f"{compose_reading(reading.lines, {})}\n\n{suggested}", (), ""
    sources = [*happened, *documents][: max(GIVEN, len(happened) + 2)]
    sources = choose_sources(sources, SOURCE_TOKENS, open_counter(world.corpus.tokenizer))
    messages = build_messages(understood.asked, sources, [], understood.window, understood.rewritten, reading)
    text = ask_model(world.corpus.url, messages)
    if understood.kind == "write":
        text = f"{words.only_quotes}\n\n{text}"
    return text, sources, ""


def _read(world: World, understood: Understood) -> Reading | None:
    if "rag" not in understood.route.pipelines:
        return None
    clients: Any = SimpleNamespace(search=IndexInMemory([*map(dict, world.chunks)], METAS))
    question = Question(understood, understood.route.pipelines, GIVEN, ("public",), {})
    return asyncio.run(read_index(clients, question, "rag-v000002", VERSIONS, world.now))


def _find_documents(world: World, understood: Understood) -> list[Hit]:
    return find_sources(world.corpus, understood.text) if "cag" in understood.route.pipelines else []


def _find_runs(world: World, understood: Understood) -> list[Hit]:
    """Return the runs that a question for the best one means, as the service puts them first."""
    ask = read_ask(understood.text)
    hits = _respond(chunk for chunk in world.chunks if chunk["kind"] == "ml_run")
    experiments = find_experiments(ask, parse_hits(hits)) if ask else []
    if ask is None or not experiments:
        return []
    of_them = _respond(chunk for chunk in world.chunks if chunk["service"] in experiments)
    verdicts = judge_runs_of(ask, experiments, of_them)
    runs = parse_hits(of_them)
    return put_runs_first(verdicts, runs, runs)[:GIVEN]


def _respond(chunks: Any) -> dict[str, Any]:
    found = [
        {"_index": "rag-v000002", "_id": chunk["chunk_id"], "_score": 1.0, "_source": chunk}
        for chunk in chunks
    ]
    return {"hits": {"hits": found}}


def open_answers(corpus: Corpus, seed: int) -> Callable[[Asked], Answer]:
    """Return what answers questions about an afternoon that ends now.

    Args:
        corpus: The documents.
        seed: Of what is chance in it.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    return partial(answer_question, World(build_observations(now, seed), corpus, now))
