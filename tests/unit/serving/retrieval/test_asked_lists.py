"""Copies of the lists of cached questions are bounded by memory, not by the number of sets of groups."""

from types import SimpleNamespace
from typing import Any

import pytest

from processors.retrieval.near_duplicates import AskedQuestions, pack_question
from processors.retrieval.question.signature import sign_question
from serving.retrieval import cache
from serving.retrieval.cache import find_alike

VECTOR = [1.0, 0.0]
SIGNATURE = sign_question("please tell me how to restart kafka number1")


class Redis:
    """Lists of questions, and which of them were read."""

    def __init__(self, lists: dict[str, list[bytes]]) -> None:
        self.lists, self.reads = lists, list[str]()

    async def llen(self, key: str) -> int:
        return len(self.lists[key])

    async def lrange(self, key: str, start: int, end: int) -> list[bytes]:
        self.reads.append(key)
        return self.lists[key][start : end + 1]


def make_clients(sets: int, questions: int = 3) -> Any:
    records = [pack_question(f"how do I restart kafka number{n}", VECTOR) for n in range(questions)]
    redis = Redis({f"team-{number}+asked": list(records) for number in range(sets)})
    return SimpleNamespace(cache=redis, asked={})


async def ask_all(clients: Any, sets: int, rounds: int) -> None:
    for _ in range(rounds):
        for number in range(sets):
            found = await find_alike(clients, f"team-{number}", SIGNATURE, VECTOR)
            assert found == "how do I restart kafka number1"


@pytest.mark.parametrize("sets", [2, 9, 100])
async def test_each_list_is_read_once_however_many_sets_of_groups_ask_in_turn(sets: int) -> None:
    clients = make_clients(sets)
    await ask_all(clients, sets, 3)
    assert len(clients.cache.reads) == sets


async def test_what_was_used_last_stays_while_all_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = make_clients(4)
    await ask_all(clients, 1, 1)
    (one,) = clients.asked.values()
    monkeypatch.setattr(cache, "_KEPT_BYTES", 2 * one.size_bytes)
    await ask_all(clients, 2, 1)
    await ask_all(clients, 1, 1)
    await ask_all(clients, 3, 1)
    assert list(clients.asked) == ["team-1+asked", "team-2+asked"]


async def test_one_list_that_is_too_large_alone_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_KEPT_BYTES", 1)
    clients = make_clients(2)
    await ask_all(clients, 2, 1)
    assert list(clients.asked) == ["team-1+asked"]


def test_a_list_tells_about_how_large_it_is() -> None:
    asked = AskedQuestions()
    asked.add([pack_question("why is kafka slow", [0.5] * 384)] * 3)
    assert 384 * 4 < asked.size_bytes < 384 * 4 + 2_000
