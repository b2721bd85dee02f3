from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest
import structlog

from processors.pipelines import embed
from processors.settings import Settings, change_settings, load_settings
from processors.stores.model_server import ModelChangedError

MADE: dict[str, Any] = {"heading_path": "Red", "text": "It is red.", "title": "Red", "content_hash": "h1"}


def make_settings(**embedding: str) -> Settings:
    return change_settings(load_settings(), embedding=embedding)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    told = SimpleNamespace(embedded=[], looked_for=[], known={}, revisions=["r1"])

    def make_vectors(_: str, model: str, texts: list[str]) -> Iterator[tuple[Any, str]]:
        for begin in range(0, len(texts), 2):
            batch = texts[begin : begin + 2]
            told.embedded += batch
            revision = told.revisions.pop(0) if len(told.revisions) > 1 else told.revisions[0]
            yield np.array([[len(text), 1] for text in batch], np.float32), f"{model}@{revision}"

    def find(_: Any, __: str, ___: list[str], model: str) -> dict[str, Any]:
        told.looked_for.append(model)
        return told.known

    monkeypatch.setattr(embed, "embed_batches", make_vectors)
    monkeypatch.setattr(embed, "find_embeddings", find)
    return told


def test_a_passage_is_embedded_with_the_prefix_of_its_model(world: SimpleNamespace) -> None:
    chunk: Any = {**MADE}
    settings = make_settings(model="intfloat/multilingual-e5-large")
    assert embed.embed_chunks(None, settings, [chunk], "cag-v000001") == 1  # type: ignore[arg-type]
    assert world.embedded == ["passage: Red\nIt is red."]
    assert world.looked_for == [settings.embedding.identity]
    assert chunk["embedding_model"] == f"{settings.embedding.identity}@r1"


def test_the_embedded_model_has_no_prefix_and_its_plain_name(world: SimpleNamespace) -> None:
    chunk: Any = {**MADE}
    embed.embed_chunks(None, make_settings(model="all-minilm-l6-v2"), [chunk], None)  # type: ignore[arg-type]
    assert world.embedded == ["Red\nIt is red."]
    assert chunk["embedding_model"] == "all-minilm-l6-v2@r1"


def test_texts_of_like_length_go_to_the_model_together(world: SimpleNamespace) -> None:
    lengths = (9, 1, 8, 2)
    chunks: Any = [{**MADE, "text": "x" * length, "content_hash": str(length)} for length in lengths]
    embed.embed_chunks(None, make_settings(), chunks, None)  # type: ignore[arg-type]
    assert [len(text) - len("Red\n") for text in world.embedded] == [1, 2, 8, 9]
    assert [chunk["embedding"][0] - len("Red\n") for chunk in chunks] == [*lengths]


def test_other_prefixes_are_another_model() -> None:
    names = {
        make_settings(model="m", **prefixes).embedding.identity
        for prefixes in (
            {},
            {"query_prefix_override": "q: "},
            {"passage_prefix_override": "q: "},
            {"query_prefix_override": "q: ", "passage_prefix_override": "p: "},
        )
    }
    assert len(names) == 4
    assert "m" in names


@pytest.mark.parametrize(
    ("name", "query", "russian"),
    [
        ("intfloat/multilingual-e5-large", "query: ", True),
        ("e5-small-v2", "query: ", False),
        ("all-minilm-l6-v2", "", False),
        ("core5-large", "", False),
    ],
)
def test_prefix_and_language_follow_the_name(name: str, query: str, russian: bool) -> None:
    settings = make_settings(model=name)
    assert (settings.embedding.query_prefix, settings.embedding.reads_russian) == (query, russian)
    assert make_settings(model=name, languages="en,ru").embedding.reads_russian
    assert make_settings(model=name, query_prefix_override="ask: ").embedding.query_prefix == "ask: "


def fail(status: int | None) -> httpx.HTTPError:
    request = httpx.Request("POST", "http://model/openai/v1/embeddings")
    if status is None:
        return httpx.ConnectError("refused", request=request)
    return httpx.HTTPStatusError("no", request=request, response=httpx.Response(status, request=request))


@pytest.mark.parametrize(
    ("status", "falls_back"),
    [
        *((status, True) for status in (None, 500, 502, 503, 504, 529)),
        *((status, False) for status in (400, 404, 413, 422, 429)),
    ],
)
def test_the_fallback_stands_in_for_a_server_that_is_away_also_behind_a_gateway(
    monkeypatch: pytest.MonkeyPatch, status: int | None, falls_back: bool
) -> None:
    def refuse(*_: Any) -> Any:
        raise fail(status)

    def stand_in(command: str, texts: list[str]) -> tuple[Any, str]:
        assert command == "embed"
        return np.ones((len(texts), 2), np.float32), "m@fallback"

    monkeypatch.setattr(embed, "embed_batches", refuse)
    monkeypatch.setattr(embed, "embed_in_process", stand_in)
    chunk: Any = {**MADE}
    settings = make_settings(model="m", fallback="embed")
    without = change_settings(settings, embedding={"fallback": ""})
    if falls_back:
        embed.embed_chunks(None, settings, [chunk], None)  # type: ignore[arg-type]
        assert chunk["embedding_model"] == "m@fallback"
    else:
        with pytest.raises(httpx.HTTPStatusError):
            embed.embed_chunks(None, settings, [chunk], None)  # type: ignore[arg-type]
    with pytest.raises(httpx.HTTPError):
        embed.embed_chunks(None, without, [chunk], None)  # type: ignore[arg-type]


@pytest.fixture
def kept(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """All work is worth keeping, and each batch is kept at once."""
    monkeypatch.setattr(embed, "_WORTH_KEEPING", 1)
    monkeypatch.setattr(embed, "_KEPT_EVERY_S", 0)
    assert world.embedded == []
    return change_settings(make_settings(model="m"), storage={"staging_url": tmp_path.as_uri()})


def make_chunks(count: int) -> list[Any]:
    return [{**MADE, "text": "x" * number, "content_hash": f"h{number}"} for number in range(1, count + 1)]


def give_vectors(settings: Settings, chunks: list[Any], base: str | None = None) -> int:
    return embed.embed_chunks(None, settings, chunks, base)  # type: ignore[arg-type]


def lengths(chunks: list[Any]) -> list[float]:
    """What the played model makes a vector of is the length of a text: nobody got another's."""
    return [chunk["embedding"][0] - len("Red\n") for chunk in chunks]


def test_what_an_earlier_run_embedded_is_not_embedded_again(world: SimpleNamespace, kept: Settings) -> None:
    assert give_vectors(kept, make_chunks(4)) == 4
    world.embedded.clear()
    chunks = make_chunks(7)
    assert give_vectors(kept, chunks) == 3
    assert world.embedded == [f"Red\n{'x' * number}" for number in (5, 6, 7)]
    assert lengths(chunks) == [1, 2, 3, 4, 5, 6, 7]
    assert {chunk["embedding_model"] for chunk in chunks} == {"m@r1"}


def test_of_what_is_all_kept_one_text_is_embedded_to_learn_the_revision(
    world: SimpleNamespace, kept: Settings
) -> None:
    give_vectors(kept, make_chunks(4))
    assert give_vectors(kept, make_chunks(4)) == 1
    world.revisions[:] = ["r2"]
    chunks = make_chunks(4)
    assert give_vectors(kept, chunks) == 4
    assert {chunk["embedding_model"] for chunk in chunks} == {"m@r2"}


@pytest.mark.parametrize("other", [{"model": "n"}, {"passage_prefix_override": "passage: "}])
def test_another_model_or_prefix_finds_nothing_kept(
    world: SimpleNamespace, kept: Settings, other: dict[str, str]
) -> None:
    give_vectors(kept, make_chunks(4))
    world.embedded.clear()
    assert give_vectors(change_settings(kept, embedding=other), make_chunks(4)) == 4
    assert len(world.embedded) == 4


def test_a_revision_that_changes_meanwhile_is_never_mixed(world: SimpleNamespace, kept: Settings) -> None:
    world.revisions[:] = ["r1", "r1", "r2"]
    chunks = make_chunks(6)
    assert give_vectors(kept, chunks) == 6
    assert {chunk["embedding_model"] for chunk in chunks} == {"m@r2"}
    assert lengths(chunks) == [1, 2, 3, 4, 5, 6]


def test_replicas_that_go_on_differing_are_an_error(world: SimpleNamespace, kept: Settings) -> None:
    world.revisions[:] = [f"r{number}" for number in range(99)]
    with pytest.raises(ModelChangedError, match=r"m@r\d and then with m@r\d"):
        give_vectors(kept, make_chunks(6))


def test_vectors_of_other_weights_in_the_base_are_not_used_beside_new_ones(
    world: SimpleNamespace, kept: Settings
) -> None:
    world.known = {"h1": ([9.0], "m@r0"), "h2": ([2.0 + len("Red\n"), 1.0], "m@r1")}
    chunks = make_chunks(3)
    assert give_vectors(kept, chunks, "cag-v000001") == 2
    assert {chunk["embedding_model"] for chunk in chunks} == {"m@r1"}
    assert lengths(chunks) == [1, 2, 3]


def test_the_server_is_not_needed_for_what_the_base_holds(world: SimpleNamespace, kept: Settings) -> None:
    world.known = {"h1": ([9.0], "m@r0"), "h2": ([8.0], "m@r0")}
    assert give_vectors(kept, make_chunks(2), "cag-v000001") == 0
    assert world.embedded == []


def test_a_micro_batch_is_not_kept(world: SimpleNamespace, tmp_path: Path) -> None:
    settings = change_settings(make_settings(model="m"), storage={"staging_url": tmp_path.as_uri()})
    assert give_vectors(settings, make_chunks(40)) == len(world.embedded) == 40
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_kept_is_told_and_ends_no_run(
    world: SimpleNamespace, kept: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(embed, "keep_vectors", refuse)
    with structlog.testing.capture_logs() as told:
        assert give_vectors(kept, make_chunks(4)) == len(world.embedded) == 4
    assert "no space left" in told[0]["error"]


def test_when_the_server_goes_away_the_fallback_embeds_the_rest(
    world: SimpleNamespace, kept: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = embed.embed_batches

    def break_off(*asked: Any) -> Iterator[tuple[Any, str]]:
        yield next(iter(genuine(*asked)))
        raise fail(None)

    def stand_in(_: str, texts: list[str]) -> tuple[Any, str]:
        return np.array([[len(text), 1] for text in texts], np.float32), "m@r1"

    monkeypatch.setattr(embed, "embed_batches", break_off)
    monkeypatch.setattr(embed, "embed_in_process", stand_in)
    chunks = make_chunks(5)
    give_vectors(change_settings(kept, embedding={"fallback": "embed"}), chunks)
    assert lengths(chunks) == [1, 2, 3, 4, 5]
    assert len(world.embedded) == 2
