"""A pin that is set between a look and a change is seen by the change."""

from collections.abc import Callable
from typing import Any

import pytest

from processors.settings import load_settings
from processors.versions import aliases, catalog, deletion, pins, promotion, swaps
from processors.versions.operations import Asker, promote_version
from tests.support.search_in_memory import SearchInMemory

OLD, LIVE, NEXT = (f"cag-v00000{number}" for number in (1, 2, 3))


@pytest.fixture
def search() -> Any:
    """A version to go back to, the live one, and a candidate that was built on it."""
    search: Any = SearchInMemory()
    for index in (OLD, LIVE):
        search.create(index, {"mappings": {"_meta": {"state": "candidate"}}})
        swaps.promote(search, "cag", index)
    search.create(NEXT, {"mappings": {"_meta": {"state": "candidate", "parent": LIVE}}})
    return search


def meddle_before_each(search: Any, number: int, meddle: Callable[[], Any]) -> None:
    """Run something before the change of aliases of this number, from 1 on."""

    def count() -> None:
        nonlocal number
        number -= 1
        if number:
            search.meddle = count
        else:
            meddle()

    search.meddle = count


@pytest.mark.parametrize("change", [1, 2])
def test_a_live_version_that_is_pinned_while_the_gate_promotes_stays_live(search: Any, change: int) -> None:
    meddle_before_each(search, change, lambda: pins.pin(search, LIVE))
    with pytest.raises(promotion.NotPromotedError, match=f"{LIVE} is pinned"):
        promotion.promote_build(search, "cag", NEXT, LIVE)
    assert catalog.find_live(search, "cag") == LIVE
    assert pins.list_pinned(search, "cag") == [LIVE]
    pins.unpin(search, LIVE)
    promotion.promote_build(search, "cag", NEXT, LIVE)
    assert catalog.find_live(search, "cag") == NEXT


@pytest.mark.parametrize("change", [1, 2])
def test_a_version_that_is_pinned_while_it_is_pruned_stays(search: Any, change: int) -> None:
    swaps.promote(search, "cag", NEXT)
    search.create("cag-v000004", {"mappings": {"_meta": {"state": "retired"}}})
    meddle_before_each(search, change, lambda: pins.pin(search, OLD))
    assert deletion.prune_versions(search, "cag", 2) == [LIVE]
    assert pins.list_pinned(search, "cag") == [OLD]
    pins.unpin(search, OLD)
    assert deletion.prune_versions(search, "cag", 2) == [OLD]


@pytest.mark.parametrize("change", [1, 2])
def test_a_version_that_becomes_live_while_the_gate_promotes_stays_live(search: Any, change: int) -> None:
    meddle_before_each(search, change, lambda: swaps.roll_back(search, "cag"))
    with pytest.raises(promotion.NotPromotedError, match=f"{OLD} is live, not {LIVE}"):
        promotion.promote_build(search, "cag", NEXT, LIVE)
    assert catalog.find_live(search, "cag") == OLD


def test_a_version_that_becomes_live_while_another_is_promoted_by_hand_stays_live(search: Any) -> None:
    search.meddle = lambda: swaps.swap(search, "cag", LIVE, NEXT)
    with pytest.raises(aliases.LiveVersionMovedError, match=f"{NEXT} is live, not {LIVE}"):
        promote_version(search, load_settings(), OLD, Asker("me"))
    assert catalog.find_live(search, "cag") == NEXT


def test_a_rollback_takes_back_nothing_that_came_since(search: Any) -> None:
    search.meddle = lambda: swaps.swap(search, "cag", LIVE, NEXT)
    with pytest.raises(aliases.LiveVersionMovedError, match=f"{NEXT} is live, not {LIVE}"):
        swaps.roll_back(search, "cag")
    assert catalog.find_live(search, "cag") == NEXT


def test_a_person_takes_back_a_pinned_version_all_the_same(search: Any) -> None:
    pins.pin(search, LIVE)
    assert swaps.roll_back(search, "cag") == (LIVE, OLD)
    assert pins.list_pinned(search, "cag") == [LIVE]


def test_a_mark_that_was_left_behind_lets_nothing_through(search: Any) -> None:
    pins.require_unpinned(search, LIVE, LIVE)
    pins.pin(search, LIVE)
    with pytest.raises(pins.PinnedError):
        swaps.swap(search, "cag", LIVE, NEXT, spare_pinned=True)
    assert not any("unpinned" in alias for held in search.held.values() for alias in held["aliases"])
