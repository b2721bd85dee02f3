"""Micro-batches go on while a version is rebuilt, into the live version and the one that catches up."""

import threading
import time
from typing import Any

import pytest

from processors.pipelines.rag import following
from processors.settings import load_settings


def wait_for(holds: Any) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Versions that a batch was taken into, in order; the live one is v1."""
    versions: list[str] = []

    def take(_: Any, run_id: str, version: str) -> dict[str, Any]:
        assert run_id == "run"
        versions.append(version)
        return {"events": 1, "run_url": f"file:///{version}"}

    monkeypatch.setattr(following, "take_batch", take)
    monkeypatch.setattr(following.search, "open_search", lambda _: None)
    monkeypatch.setattr(following.catalog, "find_live", lambda *_: "rag-v000001")
    return versions


def test_both_versions_are_followed_until_the_block_ends(taken: list[str]) -> None:
    checked: list[str] = []
    before = threading.active_count()
    with following.following(load_settings(), "run", "rag-v000002", lambda *given: checked.append(given[2])):
        wait_for(lambda: len(taken) >= 4)
    after = len(taken)
    assert set(taken) == {"rag-v000001", "rag-v000002"}
    assert set(checked) == {"rag-v000001"}
    assert threading.active_count() == before
    assert len(taken) == after


@pytest.mark.usefixtures("taken")
def test_a_version_that_went_live_meanwhile_is_taken_once(taken: list[str]) -> None:
    following.take_round(load_settings(), "run", "rag-v000001", lambda *_: None)
    assert taken == ["rag-v000001"]


def test_a_batch_that_fails_is_taken_again_and_the_rebuild_goes_on(
    monkeypatch: pytest.MonkeyPatch, taken: list[str]
) -> None:
    monkeypatch.setattr(following, "_REST_AFTER_ERROR_S", 0.01)
    tries: list[int] = []

    def fail_twice(*given: Any, real: Any = following.take_round) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("OpenSearch is away")
        real(*given)

    monkeypatch.setattr(following, "take_round", fail_twice)
    with following.following(load_settings(), "run"):
        wait_for(lambda: taken)
    assert len(tries) >= 3


def test_catching_up_ends_where_little_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [{"events": 50_000}, {"events": 50_000}, {"events": 7}, {"events": 50_000}]
    monkeypatch.setattr(following, "take_batch", lambda *_: left.pop(0))
    assert following.catch_up(load_settings(), "run", "rag-v000002") == 100_007
    monkeypatch.setattr(following, "take_batch", lambda *_: None)
    assert following.catch_up(load_settings(), "run", "rag-v000002") == 0
