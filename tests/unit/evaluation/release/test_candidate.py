"""A release that was cut off after the alias had moved is completed, not measured against itself."""

from typing import Any

import pytest

from evaluation.release import candidate
from processors.settings import load_settings
from processors.versions import catalog, swaps
from tests.support.search_in_memory import SearchInMemory

OLD, LIVE = "rag-v000001", "rag-v000002"


@pytest.mark.parametrize("state", ["candidate", "live"])
def test_a_task_that_is_tried_again_after_its_swap_is_green(
    monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    search: Any = SearchInMemory()
    for index, parent in ((OLD, None), (LIVE, OLD)):
        search.create(index, {"mappings": {"_meta": {"state": "candidate", "parent": parent}}})
        swaps.promote(search, "rag", index)
    # What was written after the swap is lost or not, by when the task was cut off.
    catalog.update_meta(search, LIVE, state=state)
    finished: list[Any] = []
    monkeypatch.setattr(candidate, "finish_release", lambda *given: finished.append(given[2:]))
    monkeypatch.setattr(candidate, "gather_evidence", lambda *_: pytest.fail("it was measured again"))
    assert candidate.release_version(search, load_settings(), "rag", LIVE) == {"promote": True, "reasons": []}
    assert finished == [("rag", LIVE, OLD)]
    assert catalog.read_meta(search, LIVE)["state"] == "live"
    assert catalog.read_meta(search, OLD)["state"] == "retired"
