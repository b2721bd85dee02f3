"""What an index version is made of, and whether its chunks and vectors are sound: what no query tells."""

from collections.abc import Callable, Mapping
from typing import Final, TypedDict

import numpy as np
import numpy.typing as npt
from opensearchpy import OpenSearch

from evaluation.measures.probes import measure_drift
from processors.knowledge.chunk import Chunk, embedding_text
from processors.knowledge.markdown.cutting import Splitter, cut_blocks, open_splitter
from processors.knowledge.markdown.reading import read_markdown
from processors.knowledge.procedures.checking import PageRecord
from processors.pipelines.cag.sources.model_cards import SOURCE as MODEL_CARDS
from processors.settings import Settings
from processors.stores.model_server import embed_texts
from processors.stores.search import sample_chunks
from processors.versions.corpus import (
    Document,
    find_by_vector,
    read_dimension,
    read_documents,
    read_models,
    read_vectors,
)
from processors.versions.names import cover_family

_SAMPLE: Final = 1_000
_PROBED: Final = 50
_NEIGHBOURS: Final = 5
_DRIFTING: Final = 20


class Corpus(TypedDict):
    """The documents of a version: by id, with their sources and numbers of chunks."""

    index: str
    documents: dict[str, Document]


class Soundness(TypedDict):
    """What was found in a candidate.

    `models` are those that its chunks' vectors were made with, `served` the one by which questions are
    embedded. `found_by_vector` of `probed` chunks were found by their own text; none is probed when the
    lengths of the vectors differ. `without_text` and `oversized` name the pages of such chunks among
    `sampled`. `lost` are documents that the live version has and the candidate should.
    """

    models: dict[str, int]
    served: str
    dimension: int
    served_dimension: int
    probed: int
    found_by_vector: int
    sampled: int
    without_text: list[str]
    oversized: list[str]
    chunk_tokens: int
    lost: list[str]


def read_corpus(client: OpenSearch, version: str) -> Corpus:
    """Return what a version holds."""
    return Corpus(index=version, documents=read_documents(client, cover_family(version)))


def count_by_source(corpus: Corpus) -> dict[str, int]:
    """Return the number of chunks of each source.

    Example:
        >>> documents = {"a": Document(source="s", chunks=2), "b": Document(source="s", chunks=3)}
        >>> count_by_source(Corpus(index="cag-v000001", documents=documents))
        {'s': 5}
    """
    counts: dict[str, int] = {}
    for document in corpus["documents"].values():
        counts[document["source"]] = counts.get(document["source"], 0) + document["chunks"]
    return counts


def list_sources(settings: Settings) -> set[str]:
    """Return the names of the sources that a version of `cag` is built from; others may be gone for good."""
    read = settings.documents
    documents = {source.url for source in read.sources} | {space.source for space in read.confluence}
    return documents | ({MODEL_CARDS} if read.model_cards else set())


def inspect_version(
    client: OpenSearch,
    settings: Settings,
    candidate: Corpus,
    live: Corpus | None,
    records: Mapping[str, PageRecord],
) -> Soundness:
    """Look at a candidate's chunks and vectors.

    Args:
        client: OpenSearch.
        settings: Name the embedding model and the size of chunks.
        candidate: What is judged.
        live: What is live, if anything is.
        records: Of every page that the candidate should hold, by document id; empty where none are kept.
    """
    index = cover_family(candidate["index"])
    chunks = sample_chunks(client, index, _SAMPLE)
    splitter = open_splitter(settings.embedding.tokenizer_file, settings.documents.chunk_tokens)
    probed = chunks[:: max(1, len(chunks) // _PROBED)][:_PROBED]
    vectors, served = _embed(settings, probed)
    dimension = read_dimension(client, candidate["index"])
    fits = bool(probed) and vectors.shape[1] == dimension
    nearest = find_by_vector(client, index, vectors, _NEIGHBOURS) if fits else []
    return Soundness(
        models=read_models(client, index),
        served=f"{settings.embedding.identity}@{served.rpartition('@')[2]}",
        dimension=dimension,
        served_dimension=vectors.shape[1],
        probed=len(nearest),
        found_by_vector=sum(c["content_hash"] in near for c, near in zip(probed, nearest, strict=fits)),
        sampled=len(chunks),
        without_text=_name_pages(chunks, lambda chunk: not chunk["text"].strip()),
        oversized=_name_pages(chunks, lambda chunk: _is_oversized(chunk, splitter)),
        chunk_tokens=settings.documents.chunk_tokens,
        lost=find_lost(candidate, live, records),
    )


def _is_oversized(chunk: Chunk, splitter: Splitter) -> bool:
    """Tell whether a chunk could have been cut: code and a row stay whole however large they are."""
    return len(cut_blocks(read_markdown(chunk["text"]), splitter)) > 1


def find_lost(candidate: Corpus, live: Corpus | None, records: Mapping[str, PageRecord]) -> list[str]:
    """Return the paths of pages that were read and that the live version holds, but the candidate doesn't.

    Args:
        candidate: What the candidate holds.
        live: What the live version holds, if there is one.
        records: Of every page that was read, by document id.
    """
    held = live["documents"].keys() if live else set()
    return sorted(records[doc]["path"] for doc in held & records.keys() - candidate["documents"].keys())


def measure_drifts(client: OpenSearch, candidate: Corpus, live: Corpus) -> dict[str, float]:
    """Return how far the vectors of each source have moved since the live version, largest sources first.

    Args:
        client: OpenSearch.
        candidate: What the candidate holds.
        live: What the live version holds.
    """
    counts, before = count_by_source(candidate), count_by_source(live)
    common = sorted(counts.keys() & before.keys(), key=lambda source: -counts[source])[:_DRIFTING]
    vectors = {
        source: [read_vectors(client, cover_family(corpus["index"]), source) for corpus in (live, candidate)]
        for source in common
    }
    return {
        source: measure_drift(*pair)
        for source, pair in vectors.items()
        if pair[0].shape[1] == pair[1].shape[1]
    }


def _embed(settings: Settings, chunks: list[Chunk]) -> tuple[npt.NDArray[np.float32], str]:
    prefix = settings.embedding.passage_prefix
    texts = [prefix + embedding_text(chunk) for chunk in chunks] or ["an empty version"]
    return embed_texts(settings.kserve.url, settings.embedding.model, texts)


def _name_pages(chunks: list[Chunk], is_at_fault: Callable[[Chunk], bool]) -> list[str]:
    """Return the page, or what else there is to name it by, of each chunk at fault."""
    return [chunk["labels"].get("path") or chunk["title"] for chunk in chunks if is_at_fault(chunk)]
