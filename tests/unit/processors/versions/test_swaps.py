"""What comes between the look at what is live and the change of it."""

from typing import Any

import pytest

from processors.versions import aliases, catalog, swaps
from tests.support.search_in_memory import SearchInMemory

FIRST, SECOND = "rag-v000001", "rag-v000002"


def test_the_first_version_to_go_live_keeps_its_write_alias(monkeypatch: pytest.MonkeyPatch) -> None:
    search: Any = SearchInMemory()
    for index in (FIRST, SECOND):
        search.create(index, {"mappings": {"_meta": {"state": "candidate"}}})
    read_meta = swaps.read_meta

    def be_overtaken(client: Any, index: str) -> dict[str, Any]:
        monkeypatch.setattr(swaps, "read_meta", read_meta)
        swaps.swap(client, "rag", None, FIRST)
        return read_meta(client, index)

    monkeypatch.setattr(swaps, "read_meta", be_overtaken)
    with pytest.raises(aliases.LiveVersionMovedError, match=f"{SECOND} was not made live"):
        swaps.swap(search, "rag", None, SECOND)
    assert catalog.find_live(search, "rag") == FIRST
    assert search.held[FIRST]["aliases"] == {"rag", "rag-write"}
    assert search.held[SECOND]["aliases"] == set()
