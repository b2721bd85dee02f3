"""A change whose answer is lost is sent again: its success is told as one, and it is not made twice."""

from typing import Any

import pytest
from opensearchpy import ConnectionError as SearchConnectionError

from processors.versions import builds, catalog, deletion, lease_record, pins, promotion, slices, swaps
from tests.support.search_in_memory import SearchInMemory

FIRST, SECOND, THIRD = (f"rag-v00000{number}" for number in (1, 2, 3))


@pytest.fixture
def search() -> Any:
    """Two versions that were live, the second of which is, and a candidate."""
    search = SearchInMemory()
    client: Any = search
    for index in (FIRST, SECOND):
        client.create(index, {"mappings": {"_meta": {"state": "candidate"}}})
        swaps.promote(client, "rag", index)
    client.create(THIRD, {"mappings": {"_meta": {"state": "candidate", "parent": SECOND}}})
    search.twice = True
    return search


def test_a_promotion(search: Any) -> None:
    swaps.swap(search, "rag", SECOND, THIRD)
    assert catalog.find_live(search, "rag") == THIRD
    assert catalog.read_meta(search, THIRD) == {"state": "live", "parent": SECOND, "replaced": SECOND}
    assert catalog.read_meta(search, SECOND)["state"] == "retired"


def test_a_promotion_by_the_gate(search: Any) -> None:
    promotion.promote_build(search, "rag", THIRD, SECOND)
    assert catalog.find_live(search, "rag") == THIRD
    # The task that was cut off is tried again.
    promotion.promote_build(search, "rag", THIRD, SECOND)
    assert catalog.read_meta(search, THIRD)["replaced"] == SECOND


def test_a_first_promotion(search: Any) -> None:
    search.held = {THIRD: search.held[THIRD]}
    swaps.swap(search, "rag", None, THIRD)
    assert catalog.find_live(search, "rag") == THIRD


def test_a_rollback_goes_back_once(search: Any) -> None:
    assert swaps.roll_back(search, "rag") == (SECOND, FIRST)
    assert catalog.find_live(search, "rag") == FIRST
    assert catalog.read_meta(search, SECOND)["state"] == "retired"


def test_a_rollback_whose_connection_stays_broken(search: Any) -> None:
    search.breaks = True
    assert swaps.roll_back(search, "rag") == (SECOND, FIRST)


def test_a_change_that_was_not_carried_out_is_an_error(search: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(_: Any) -> None:
        raise SearchConnectionError("N/A", "connection refused", OSError())

    monkeypatch.setattr(search, "_update_aliases", break_off)
    with pytest.raises(SearchConnectionError):
        swaps.roll_back(search, "rag")
    assert catalog.find_live(search, "rag") == SECOND


def test_states_that_can_not_be_written_down_undo_no_swap(
    search: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(**_: Any) -> None:
        raise SearchConnectionError("N/A", "connection refused", OSError())

    monkeypatch.setattr(search, "put_mapping", break_off)
    swaps.swap(search, "rag", SECOND, THIRD)
    assert catalog.find_live(search, "rag") == THIRD


def test_a_deletion(search: Any) -> None:
    deletion.delete_version(search, THIRD)
    deletion.delete_version(search, THIRD)
    assert sorted(search.held) == [FIRST, SECOND]


def test_pins(search: Any) -> None:
    pins.pin(search, FIRST)
    search.twice = False
    pins.pin(search, FIRST)
    search.twice = True
    assert pins.list_pinned(search, "rag") == [FIRST]
    assert pins.unpin(search, FIRST)
    assert not pins.unpin(search, FIRST)
    assert pins.list_pinned(search, "rag") == []


def test_a_slice(search: Any) -> None:
    slices.open_slice(search, SECOND, 1)
    assert "rag" in search.held[f"{SECOND}-000001"]["aliases"]


def test_a_new_version(search: Any) -> None:
    builds.create_version(search, "rag", {"chunker": "a"}, "rag-v000004")
    assert catalog.read_meta(search, "rag-v000004") == {
        "version": "rag-v000004", "chunker": "a", "state": "building",
    }  # fmt: skip
    with pytest.raises(ValueError, match="rag-v000002 is there already"):
        builds.create_version(search, "rag", {"chunker": "b"}, SECOND)


def test_a_build_with_its_lease(search: Any) -> None:
    with builds.begin_build(search, "rag", {}) as index:
        # The candidate that nobody built any more is gone, and one number was given.
        assert index == THIRD
        assert lease_record.read_record(search, "rag")["last_number"] == 3
    with builds.go_on_with(search, "rag", index):
        pass
    assert lease_record.read_record(search, "rag")["holder"] is None
