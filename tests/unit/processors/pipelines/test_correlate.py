"""A run of `correlate` over stores in memory: what it reads, and what it writes where."""

from datetime import timedelta
from typing import Any

import pytest

from processors.knowledge.incidents.closing import is_open
from processors.pipelines import correlate as pipeline
from processors.pipelines.incidents.known import Known
from processors.settings import load_settings
from tests.support.incidents import NOW, hold, make_incident, make_observation


class Version:
    """Stands in for OpenSearch, the finding of causes and the model server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.live: str | None = "rag-v000002"
        self.found: list[Any] = []
        self.known: list[Any] = [make_observation("pod")]
        self.held: dict[str, Any] = {}
        self.written: list[tuple[str, list[str]]] = []
        self.refused: list[tuple[str, str]] = []
        monkeypatch.setattr("processors.stores.search.open_search", lambda _: self)
        monkeypatch.setattr(
            "processors.versions.catalog.find_live", lambda _, of: self.live if of == "rag" else None
        )
        monkeypatch.setattr("processors.versions.catalog.read_meta", lambda *_: {"slice": 7})
        monkeypatch.setattr("processors.versions.slices.write_chunks", self.write)
        monkeypatch.setattr(pipeline, "embed_chunks", self.embed)
        monkeypatch.setattr(pipeline, "read_known", lambda *_: Known(self.known, self.held))
        monkeypatch.setattr(pipeline, "find_incidents", lambda seen, **_: self.found if seen else [])

    def embed(self, _client: Any, _settings: Any, chunks: list[Any], base: str) -> None:
        assert base == f"{self.live},{self.live}-*"
        for chunk in chunks:
            chunk["embedding"] = [1.0]

    def write(self, _client: Any, version: str, number: int, chunks: list[Any]) -> list[tuple[str, str]]:
        assert number == 7
        assert all(chunk["embedding"] for chunk in chunks)
        self.written.append((version, [chunk["chunk_id"] for chunk in chunks]))
        self.held |= hold(*chunks)
        return self.refused

    def run(self, minutes: int = 0) -> dict[str, Any]:
        correlated = pipeline.correlate(load_settings(), "run", NOW + timedelta(minutes=minutes))
        assert correlated
        return {name: value for name, value in correlated.items() if name != "observations"}


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> Version:
    return Version(monkeypatch)


def test_an_incident_is_written_once_and_closed_when_it_is_gone(version: Version) -> None:
    version.found = [make_incident()]
    base = {"index": "rag-v000002", "resolved": 0}
    assert version.run() == {**base, "open": 1, "written": 1}
    assert version.run(1) == {**base, "open": 1, "written": 0}
    version.found = []
    assert version.run(2) == {**base, "open": 0, "resolved": 1, "written": 1}
    assert version.run(3) == {**base, "open": 0, "written": 0}
    (chunk,) = version.held.values()
    assert not is_open(chunk)
    assert [index for index, _ in version.written] == ["rag-v000002"] * 2


def test_another_version_that_goes_live_gets_its_incidents(version: Version) -> None:
    version.found = [make_incident()]
    version.run()
    version.live, version.held = "rag-v000001", {}
    assert version.run()["written"] == 1
    assert [index for index, _ in version.written] == ["rag-v000002", "rag-v000001"]


def test_the_passages_of_several_groups_are_one_incident(version: Version) -> None:
    version.found = [make_incident()]
    version.known = [make_observation("pod", "sre"), make_observation("claim", "dba")]
    assert version.run() == {"index": "rag-v000002", "open": 1, "resolved": 0, "written": 2}
    assert sorted(chunk["acl"] for chunk in version.held.values()) == [["dba"], ["sre"]]


def test_nothing_is_done_before_a_version_is_live(version: Version) -> None:
    version.live = None
    assert pipeline.correlate(load_settings(), "run") is None
    assert version.written == []


def test_an_incident_that_opensearch_refuses_is_an_error_that_names_it(version: Version) -> None:
    version.found, version.refused = [make_incident()], [("c1", "mapper_parsing_exception")]
    with pytest.raises(RuntimeError, match="c1: mapper_parsing_exception"):
        version.run()
