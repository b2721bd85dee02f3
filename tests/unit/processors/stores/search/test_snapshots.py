"""Pages of a snapshot."""

from typing import Any

import pytest

from processors.stores.search import snapshots
from processors.stores.search.snapshots import Reading, open_snapshot, read_newest


class Index:
    """Holds so many chunks, and notes what it was asked."""

    def __init__(self, size: int) -> None:
        self.left, self.asked, self.closed = size, list[Any](), list[str]()

    def create_pit(self, index: str, params: dict[str, str]) -> dict[str, str]:
        assert params["allow_partial_pit_creation"] == "false"
        return {"pit_id": f"pit of {index}"}

    def delete_pit(self, body: dict[str, Any]) -> None:
        self.closed += body["pit_id"]

    def search(self, body: dict[str, Any], params: dict[str, str]) -> dict[str, Any]:
        assert params["allow_partial_search_results"] == "false"
        self.asked.append(dict(body))
        count = min(body["size"], self.left)
        self.left -= count
        hits = [{"_source": {"n": n}, "sort": [len(self.asked), n]} for n in range(count)]
        return {"hits": {"hits": hits}}


def read(index: Index, most: int) -> int:
    with open_snapshot(index, "rag") as snapshot:  # type: ignore[arg-type]
        reading = Reading([{"term": {"kind": "alert"}}], None, most)
        return len(read_newest(index, snapshot, reading, ["n"]))  # type: ignore[arg-type]


@pytest.mark.parametrize(("held", "most", "found"), [(7, 100, 7), (6, 100, 6), (7, 4, 4), (0, 4, 0)])
def test_all_is_read_but_no_more_than_was_asked(
    monkeypatch: pytest.MonkeyPatch, held: int, most: int, found: int
) -> None:
    monkeypatch.setattr(snapshots, "_PAGE", 3)
    index = Index(held)
    assert read(index, most) == found
    assert index.closed == ["pit of rag"]
    assert all(asked["size"] <= 3 for asked in index.asked)


def test_each_page_goes_on_behind_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "_PAGE", 3)
    index = Index(7)
    read(index, 100)
    assert [asked.get("search_after") for asked in index.asked] == [None, [1, 2], [2, 2]]


def test_a_snapshot_is_given_back_after_a_failure() -> None:
    index = Index(1)
    with pytest.raises(ConnectionError), open_snapshot(index, "rag"):  # type: ignore[arg-type]
        raise ConnectionError
    assert index.closed == ["pit of rag"]
