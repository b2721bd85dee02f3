"""`make bench-embedders`: how well embedding models find passages, and how fast they read them.

Each model is run by the model server, in its own process, as in the product. Vectors are searched exactly, a
page stands at its best passage; beside vectors alone, they are joined with words as in the product
(`small_search`). Rates are of the server's CPU time: the clock of a busy machine tells nothing. Vectors are
kept in a folder, so a run that was broken off goes on.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import psutil

from evaluation.benchmarks.embedder_corpora import Corpora, Passage, read_corpora
from evaluation.benchmarks.model_process import ModelProcess, run_model_server
from evaluation.benchmarks.quality import rank_pages
from evaluation.benchmarks.rows import Row, emit, leave_out, tell_load
from evaluation.benchmarks.small_search import Vectors, Words, fuse_scores, read_words, score_words
from evaluation.measures.ranking import compute_measures
from evaluation.queries.query_sets import Query
from local.environments import find_environments
from local.models import find_packaged
from processors.knowledge.chunk import make_id
from processors.knowledge.markdown.cutting import open_splitter
from processors.retrieval.glossary import add_translation, has_cyrillic
from processors.stores.model_server import embed_texts

_CHUNK_TOKENS: Final = 220
_DEPTH: Final = 50
_BATCH: Final = 256


class Embedder(NamedTuple):
    """A model, and how it is run and asked."""

    title: str
    model: str
    weights: str
    query_prefix: str = ""
    passage_prefix: str = ""
    has_glossary: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """What its server is told."""
        return {"RUNLORE_EMBEDDING_MODEL": self.model, "RUNLORE_MODEL_WEIGHTS": self.weights}


EMBEDDERS: Final = (
    Embedder("MiniLM", "all-minilm-l6-v2", "float"),
    Embedder("MiniLM, glossary", "all-minilm-l6-v2", "float", has_glossary=True),
    Embedder("e5-small, int8", "multilingual-e5-small", "int8", "query: ", "passage: "),
)


class Rate(NamedTuple):
    """Texts, and the CPU seconds that they took."""

    texts: int
    seconds: float

    def __str__(self) -> str:
        """Tell it by the second."""
        return f"{self.texts / self.seconds:.0f}" if self.seconds else "kept"


def embed(process: ModelProcess, model: str, texts: Sequence[str], kept: Path) -> tuple[Vectors, Rate]:
    """Return the vectors of texts, and how fast they came; those that are kept are not made again.

    Args:
        process: The model's server.
        model: Its name there.
        texts: At least one.
        kept: Folder of vectors.
    """
    server, vectors, rate = psutil.Process(process.pid), [], Rate(0, 0.0)
    for begin in range(0, len(texts), _BATCH):
        batch = list(texts[begin : begin + _BATCH])
        file = kept / f"{model}-{make_id(*batch)}.npy"
        if not file.exists():
            before = sum(server.cpu_times()[:2])
            made, _ = embed_texts(process.url, model, batch)
            rate = Rate(rate.texts + len(batch), rate.seconds + sum(server.cpu_times()[:2]) - before)
            np.save(file, made)
        vectors.append(np.load(file))
    return np.concatenate(vectors), rate


def find_pages(passages: Sequence[Passage], scores: Vectors) -> dict[str, float]:
    """Return the score of each page that the best passages belong to."""
    best = np.argsort(-scores, kind="stable")[:_DEPTH]
    return rank_pages((passages[int(at)].doc_id, float(scores[at])) for at in best)


def measure(
    passages: Sequence[Passage], words: Words, queries: list[Query], asked: Sequence[str], similar: Vectors
) -> dict[str, list[float]]:
    """Return nDCG@10 and the share of right first places, of vectors alone and of vectors with words.

    Args:
        passages: That are searched.
        words: Theirs.
        queries: With the pages that answer them.
        asked: What is searched for in place of each.
        similar: A row of cosines for each query.
    """
    ways = {
        "vectors": [find_pages(passages, row) for row in similar],
        "both": [
            find_pages(passages, fuse_scores(score_words(words, text), row))
            for text, row in zip(asked, similar, strict=True)
        ],
    }
    figures = {}
    for way, runs in ways.items():
        found = {query["query_id"]: run for query, run in zip(queries, runs, strict=True)}
        measures = compute_measures(queries, found).values()
        first = [
            max(run, key=lambda page: run[page]) in query["relevant"]
            for query, run in zip(queries, runs, strict=True)
        ]
        mean = sum(one["ndcg_at_10"] for one in measures) / len(queries)
        figures[way] = [mean, sum(first) / len(queries)]
    return figures


def bench(embedder: Embedder, corpora: Corpora, envs: Path, kept: Path) -> str:
    """Return the rows of one model's table.

    Args:
        embedder: The model.
        corpora: What is embedded and asked.
        envs: The environments, and the models that are installed.
        kept: Folder of vectors.
    """
    environment = embedder.environment
    folder = envs / "models" / embedder.model / "model"
    if folder.exists():
        environment["RUNLORE_MODEL_FOLDER"] = str(folder)
    lines, reading, asking = [], Rate(0, 0.0), Rate(0, 0.0)
    sets = [(name, corpora.pages, queries) for name, queries in corpora.page_queries.items()]
    with run_model_server(envs, environment) as process:
        for name, passages, queries in (*sets, ("SciFact", corpora.abstracts, corpora.claims)):
            texts = [embedder.passage_prefix + passage.text for passage in passages]
            vectors, rate = embed(process, embedder.model, texts, kept)
            reading = Rate(reading.texts + rate.texts, reading.seconds + rate.seconds)
            asked = [add_translation(q["query"], reads_russian=not embedder.has_glossary) for q in queries]
            if embedder.has_glossary and not any(map(has_cyrillic, asked)):
                continue
            prefixed = [embedder.query_prefix + text for text in asked]
            made, rate = embed(process, embedder.model, prefixed, kept)
            asking = Rate(asking.texts + rate.texts, asking.seconds + rate.seconds)
            words = read_words([passage.text for passage in passages])
            for way, figures in measure(passages, words, queries, asked, made @ vectors.T).items():
                ndcg, first = (f"{figure:.3f}" for figure in figures)
                emit(Row(f"{name}, {embedder.title}, {way}", figures[0], "nDCG@10", "more"))
                lines.append(f"| {name} | {len(queries)} | {embedder.title} | {way} | {ndcg} | {first} |")
    lines.append(f"{embedder.title}: {reading} passages and {asking} queries in a second of CPU time")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compare the models on `RUNLORE_TEST_DATA`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--abstracts", type=int, default=2_000, help="so many of SciFact's")
    parser.add_argument("--keep", type=Path, default=Path(".runlore/bench-models/vectors"))
    options = parser.parse_args()
    if "RUNLORE_TEST_DATA" not in os.environ:
        leave_out("RUNLORE_TEST_DATA must name the folder with runbooks/, kubernetes-docs/ and scifact/")
    options.keep.mkdir(parents=True, exist_ok=True)
    envs = find_environments()
    splitter = open_splitter(find_packaged(envs) / "tokenizer.json", _CHUNK_TOKENS)
    corpora = read_corpora(Path(os.environ["RUNLORE_TEST_DATA"]), splitter, options.abstracts)
    sys.stdout.write(
        f"{len(corpora.pages)} passages of {len({one.doc_id for one in corpora.pages})} pages, "
        f"{len(corpora.abstracts)} abstracts\n\n"
        "| queries | number | model | searched by | nDCG@10 | first place right |\n"
        "|---|---|---|---|---|---|\n"
    )
    for embedder in EMBEDDERS:
        sys.stdout.write(bench(embedder, corpora, envs, options.keep))
        sys.stdout.flush()
    sys.stdout.write(f"\n{tell_load()}\n")


if __name__ == "__main__":
    main()
