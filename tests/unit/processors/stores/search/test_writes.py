"""What OpenSearch says of each chunk is taken as what it means: poison, a block, or try again."""

from typing import Any

import pytest

from processors.stores import search
from processors.stores.search import writes

BLOCKS = [
    (429, "index [rag-v000001] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, "
          "index has read-only-allow-delete block];"),
    (403, "index [rag-v000001] blocked by: [FORBIDDEN/8/index write (api)];"),
]  # fmt: skip


class FakeClient:
    """Knows its disk, and refreshes."""

    def __init__(self) -> None:
        self.indices = self.nodes = self
        self.refreshed: list[str] = []

    def stats(self, metric: str) -> dict[str, Any]:
        assert metric == "fs"
        disk = {"total_in_bytes": 250 * 10**9, "available_in_bytes": 10**9}
        return {"nodes": {"x": {"name": "node-1", "fs": {"total": disk}}}}

    def refresh(self, index: str) -> None:
        self.refreshed.append(index)


def write(monkeypatch: pytest.MonkeyPatch, status: int, error: Any) -> list[tuple[str, str]]:
    item = {"index": {"_id": "c", "status": status, "error": error}}
    monkeypatch.setattr(writes.helpers, "streaming_bulk", lambda *_, **__: [(status < 400, item)])
    client: Any = FakeClient()
    return search.write_chunks(client, "rag-v000001", [])


@pytest.mark.parametrize(("status", "reason"), BLOCKS)
def test_a_block_is_no_poison_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, status: int, reason: str
) -> None:
    with pytest.raises(search.WritesBlockedError) as raised:
        write(monkeypatch, status, {"type": "cluster_block_exception", "reason": reason})
    told = str(raised.value)
    assert reason in told
    assert "Disk of node-1: 99 % used, 1.0 of 250.0 GB free" in told
    assert "RUNLORE_RETENTION_BYTES" in told
    assert "read_only_allow_delete" in told


def test_what_is_refused_for_good_is_poison(monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"type": "mapper_parsing_exception", "reason": "failed to parse"}
    assert write(monkeypatch, 400, error) == [("c", str(error))]


def test_a_newer_chunk_that_is_there_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert write(monkeypatch, 409, {"type": "version_conflict_engine_exception"}) == []


@pytest.mark.parametrize("status", [404, 429, 503])
def test_what_may_pass_stops_the_run(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with pytest.raises(RuntimeError, match="was not written"):
        write(monkeypatch, status, {"type": "rejected_execution_exception", "reason": "busy"})


def test_every_index_that_was_written_to_is_refreshed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes.helpers, "streaming_bulk", lambda *_, **__: [])
    client: Any = FakeClient()
    search.write_chunks(client, "v", [], {"a": "v-2", "b": "v-1", "c": "v-2"})
    assert client.refreshed == ["v,v-1,v-2"]
