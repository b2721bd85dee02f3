"""Gives chunks their vectors, and asks the model only for content that no version holds yet.

What takes longer than a moment is kept while it is made, so that a run that is killed has lost that moment.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final

import httpx
import numpy as np
import numpy.typing as npt
import structlog
from opensearchpy import OpenSearch

from processors.knowledge.chunk import Chunk, embedding_text
from processors.settings import Settings
from processors.stores.kept_vectors import keep_vectors, locate_vectors, read_vectors
from processors.stores.model_server import ModelChangedError, embed_batches, embed_in_process, is_away
from processors.stores.search import find_embeddings

log = structlog.get_logger(__name__)

Vector = npt.NDArray[np.float32]

Embed = Callable[[list[str]], tuple[npt.NDArray[np.float32], str]]
"""Texts to unit vectors in their order, and `model@revision`."""

# What a killed run loses at most. Fewer texts than this, such as a micro-batch's, take no longer anyway.
_KEPT_EVERY_S: Final = 15
_WORTH_KEEPING: Final = 512
# Replicas of the model server are replaced one after the other, and answer by turns meanwhile.
_TRIES: Final = 3


def embed_chunks(
    client: OpenSearch,
    settings: Settings,
    chunks: list[Chunk],
    base: str | None,
    embed: Embed | None = None,
) -> int:
    """Set `embedding` and `embedding_model` on every chunk.

    Vectors of the base that were made by another revision than the server's own aren't used beside new ones.

    Args:
        client: OpenSearch.
        settings: Names the embedding model, its server and staging.
        chunks: Changed in place.
        base: Version whose vectors may be used for equal content, or None.
        embed: Makes vectors; None: the model server.

    Returns:
        How many different contents had to be embedded; those that an earlier run had kept are none of them.

    Raises:
        ModelChangedError: The model server goes on changing its revision.
    """
    texts = {
        chunk["content_hash"]: settings.embedding.passage_prefix + embedding_text(chunk) for chunk in chunks
    }
    held = find_embeddings(client, base, list(texts), settings.embedding.identity) if base and texts else {}
    if texts.keys() <= held.keys():
        _set_vectors(chunks, held)
        return 0
    for left in reversed(range(_TRIES)):
        try:
            model, vectors, embedded = _make_vectors(settings, texts, held, embed)
            break
        except ModelChangedError as error:
            if not left:
                raise
            log.warning(
                "the embedding model was replaced, what it made before is made again", error=str(error)
            )
    _set_vectors(chunks, {key: (vector, model) for key, vector in vectors.items()})
    return embedded


def _set_vectors(chunks: list[Chunk], vectors: Mapping[str, tuple[list[float], str]]) -> None:
    for chunk in chunks:
        chunk["embedding"], chunk["embedding_model"] = vectors[chunk["content_hash"]]


def _make_vectors(
    settings: Settings,
    texts: Mapping[str, str],
    held: Mapping[str, tuple[list[float], str]],
    embed: Embed | None,
) -> tuple[str, dict[str, list[float]], int]:
    """Return the model with its revision, a vector of it for each content, and how many were made now."""
    wanted = [key for key in texts if key not in held]
    identity = settings.embedding.identity
    url = locate_vectors(settings.storage.staging_url, identity) if len(wanted) >= _WORTH_KEEPING else ""
    kept = read_vectors(url, identity, wanted) if url else {}
    known = set().union(*kept.values())
    # Which revision counts is for the server to say, so one text at least is embedded.
    first = [key for key in wanted if key not in known] or wanted[:1]
    model, made = _embed(settings, url, {key: texts[key] for key in first}, embed)
    same = {key: vector for key, (vector, made_by) in held.items() if made_by == model}
    usable = kept.get(model, {})
    rest = {key: texts[key] for key in texts if key not in made and key not in usable and key not in same}
    if rest:
        again, more = _embed(settings, url, rest, embed)
        if again != model:
            raise ModelChangedError(model, again)
        made |= more
    if usable:
        log.warning(
            "what an earlier run had embedded is used", kept=len(usable - made.keys()), made=len(made)
        )
    return model, same | {key: vector.tolist() for key, vector in (usable | made).items()}, len(made)


def _embed(
    settings: Settings, url: str, texts: Mapping[str, str], embed: Embed | None
) -> tuple[str, dict[str, Vector]]:
    """Return the model with its revision, and its vectors of some content, kept under the URL meanwhile."""
    model, made, unkept, since = "", dict[str, Vector](), dict[str, Vector](), time.monotonic()
    # The model fills up the texts of a request to the longest beside them: let these be alike.
    texts = dict(sorted(texts.items(), key=lambda item: len(item[1])))
    keys = iter(texts)
    for vectors, served in _embed_stream(settings, list(texts.values()), embed):
        now = f"{settings.embedding.identity}@{served.rpartition('@')[2]}"
        if now != (model or now):
            raise ModelChangedError(model, now)
        model = now
        batch = dict(zip(islice(keys, len(vectors)), vectors, strict=True))
        made |= batch
        unkept |= batch
        if url and time.monotonic() - since >= _KEPT_EVERY_S:
            _keep(url, model, unkept)
            unkept, since = {}, time.monotonic()
    if url and unkept:
        _keep(url, model, unkept)
    return model, made


def _keep(url: str, model: str, vectors: Mapping[str, Vector]) -> None:
    """Keep vectors; where that fails they are as good as before, but a killed run makes them again."""
    try:
        keep_vectors(url, model, vectors)
    except OSError as error:
        log.warning("vectors are not kept: a run that is killed makes them again", url=url, error=str(error))


def _embed_stream(
    settings: Settings, texts: list[str], embed: Embed | None
) -> Iterator[tuple[npt.NDArray[np.float32], str]]:
    """Ask the warm model server; when it stays away, a process of its own loads the model for the rest."""
    if embed is not None:
        yield embed(texts)
        return
    done = 0
    try:
        for vectors, served in embed_batches(settings.kserve.url, settings.embedding.model, texts):
            yield vectors, served
            done += len(vectors)
    except httpx.HTTPError as error:
        if not settings.embedding.fallback or not is_away(error):
            raise
        log.warning("model server is down, embedding in a process", url=settings.kserve.url, error=str(error))
    if done < len(texts):
        yield embed_in_process(settings.embedding.fallback, texts[done:])
