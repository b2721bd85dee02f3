"""Where chunks are written."""

from typing import Any

import pytest

from processors.versions import slices


def test_states_stay_in_the_base_and_the_rest_goes_to_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    written: list[Any] = []
    monkeypatch.setattr(slices, "find_places", lambda *_: {"old": "rag-v000001"})
    monkeypatch.setattr(slices, "open_slice", lambda *args: opened.append(args))
    monkeypatch.setattr("processors.stores.search.write_chunks", lambda *args: written.append(args) or [])
    kinds = {"state": "k8s_state", "run": "ml_run", "old": "log_pattern", "new": "metric_window"}
    chunks: Any = [{"chunk_id": name, "kind": kind} for name, kind in kinds.items()]
    assert slices.write_chunks("client", "rag-v000001", 2, chunks) == []  # type: ignore[arg-type]
    # A version of before there were slices holds everything in its base: that stays there too.
    places = {"old": "rag-v000001", "new": "rag-v000001-000002"}
    assert written == [("client", "rag-v000001", chunks, places)]
    assert opened == [("client", "rag-v000001", 2)]


def test_no_slice_is_opened_for_states_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "open_slice", lambda *_: pytest.fail("opened"))
    monkeypatch.setattr("processors.stores.search.write_chunks", lambda *_: [])
    chunks: Any = [{"chunk_id": "a", "kind": "alert"}, {"chunk_id": "b", "kind": "incident"}]
    assert slices.write_chunks("client", "rag-v000001", 2, chunks) == []  # type: ignore[arg-type]
