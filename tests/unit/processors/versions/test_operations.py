"""A change of what is live stands, and is told as one, whatever fails after it."""

from typing import Any

import pytest
from opensearchpy import ConnectionError as SearchConnectionError

from processors.settings import load_settings
from processors.versions import operations, swaps
from processors.versions.operations import Asker
from tests.support.search_in_memory import SearchInMemory

OLD, LIVE = "cag-v000001", "cag-v000002"


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Any:
    """OpenSearch, which breaks off as soon as the alias has moved."""
    search: Any = SearchInMemory()
    for index in (OLD, LIVE):
        search.create(index, {"mappings": {"_meta": {"state": "candidate"}}})
        swaps.promote(search, "cag", index)

    def break_off(*_: Any, **__: Any) -> None:
        raise SearchConnectionError("N/A", "connection refused", OSError())

    move = search.update_aliases

    def move_and_break(body: dict[str, Any]) -> None:
        move(body)
        for name in ("put_mapping", "get_mapping", "get_alias"):
            monkeypatch.setattr(search, name, break_off)

    monkeypatch.setattr(search, "update_aliases", move_and_break)
    return search


def test_a_rollback(search: Any) -> None:
    said = operations.roll_back(search, load_settings(), "cag", Asker("me"))
    assert said.startswith(f"{LIVE} was taken back; {OLD} is live. Who took it back is not written down: ")
    assert "OpenSearch can't be asked" in said


def test_a_promotion(search: Any) -> None:
    said = operations.promote_version(search, load_settings(), OLD, Asker("me"))
    assert said.startswith(f"{OLD} is live in place of {LIVE}. Who promoted it is not written down: ")
