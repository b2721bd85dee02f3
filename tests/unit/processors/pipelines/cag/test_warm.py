"""What is warmed: what is asked often and lately, for whom it was asked; nothing that depends on the time."""

from typing import Any

import numpy as np
import pytest

from processors.pipelines.cag import warm
from processors.settings import load_settings


class Redis:
    """What is stored, and how much is held before it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.stored: list[tuple[tuple[str, ...], list[str]]] = []
        self.held = self.most_held = self.embedded = 0
        monkeypatch.setattr(warm, "measure_room", lambda _: room)
        monkeypatch.setattr(warm, "forget_asked", lambda *_: None)
        monkeypatch.setattr(warm, "store_hits", self.store)
        monkeypatch.setattr(warm, "embed_texts", self.embed)
        monkeypatch.setattr(warm, "rank_documents", lambda hits, _: hits)
        monkeypatch.setattr(warm, "parse_hits", lambda hits: hits)

    def embed(self, _: str, __: str, texts: list[str]) -> Any:
        self.embedded += len(texts)
        return np.ones((len(texts), 4), np.float32), "m"

    def search(self, **_: Any) -> list[Any]:
        self.held += 1
        self.most_held = max(self.most_held, self.held)
        return [{}] * 30

    def store(self, _: str, __: str, groups: list[str], found: list[Any], **___: Any) -> int:
        self.held -= len(found)
        self.stored.append((tuple(groups), [question for question, _, _ in found]))
        assert all(len(hits) == 20 for _, hits, _ in found)
        return 1_000 * len(found)


def test_no_more_than_a_batch_is_held_and_each_question_is_embedded_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redis: Any = Redis(monkeypatch, 10**9)
    sets = [(f"team-{number}",) for number in range(9)]
    planned = [(f"title {number}", sets) for number in range(1_000)]
    assert warm._preload(redis, load_settings(), "cag-v000001", planned) == 9_000
    assert redis.most_held <= warm._BATCH
    assert redis.embedded == 1_000
    assert sorted(question for groups, found in redis.stored if groups == sets[3] for question in found) == (
        sorted(question for question, _ in planned)
    )


def test_what_redis_has_no_room_for_is_not_preloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    redis: Any = Redis(monkeypatch, 100_000)
    planned = [(f"title {number}", [("public",)]) for number in range(1_000)]
    assert warm._preload(redis, load_settings(), "cag-v000001", planned) == 2 * warm._BATCH
