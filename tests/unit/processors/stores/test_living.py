"""Only what an index holds as living in one cluster is compared with that cluster."""

from typing import Any

from processors.stores.living import list_living_states


class Index:
    """Answers a search with pages of hits, and notes what it was asked."""

    def __init__(self, *cites: dict[str, str]) -> None:
        hits = [{"_source": {"cite": cite}} for cite in cites]
        self.pages = [hits[:1], hits[1:], []]
        self.asked: list[Any] = []

    def search(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return self._answer()

    def scroll(self, **_: Any) -> dict[str, Any]:
        return self._answer()

    def clear_scroll(self, **_: Any) -> None:
        pass

    def _answer(self) -> dict[str, Any]:
        shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
        return {"_scroll_id": "s", "_shards": shards, "hits": {"hits": self.pages.pop(0)}}


def list_uids(index: Index) -> list[str]:
    states = list_living_states(index, "rag-v000001", "prod", "c0")  # type: ignore[arg-type]
    return [state["cite"]["uid"] for state in states]


def test_a_cluster_of_the_same_name_is_another_one() -> None:
    ours, other = {"uid": "a", "cluster_uid": "c0"}, {"uid": "b", "cluster_uid": "c1"}
    unknown = {"uid": "c"}
    assert list_uids(Index(ours, other, unknown, {**ours, "uid": "d"})) == ["a", "d"]


def test_what_is_told_to_be_gone_is_not_asked_for() -> None:
    index = Index()
    assert list_uids(index) == []
    (asked,) = index.asked
    query = asked["body"]["query"]["bool"]
    assert query["must_not"] == [{"term": {"values": "runlore:ended"}}]
    assert {"term": {"cluster": "prod"}} in query["filter"]
    assert asked["index"] == "rag-v000001"
