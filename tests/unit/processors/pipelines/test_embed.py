from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest

from processors.pipelines import embed
from processors.settings import Settings, change_settings, load_settings

MADE: dict[str, Any] = {"heading_path": "Red", "text": "It is red.", "title": "Red", "content_hash": "h1"}


def make_settings(**embedding: str) -> Settings:
    return change_settings(load_settings(), embedding=embedding)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    told = SimpleNamespace(embedded=[], looked_for=[], known={})

    def make_vectors(_: str, model: str, texts: list[str]) -> tuple[Any, str]:
        told.embedded += texts
        return np.ones((len(texts), 2), np.float32), f"{model}@r1"

    def find(_: Any, __: str, ___: list[str], model: str) -> dict[str, Any]:
        told.looked_for.append(model)
        return told.known

    monkeypatch.setattr(embed, "embed_texts", make_vectors)
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

    monkeypatch.setattr(embed, "embed_texts", refuse)
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
