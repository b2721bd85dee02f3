"""A document that is added, edited or deleted is so in index and cache; a bad build changes nothing."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mlflow
import pytest
import redis
from opensearchpy import OpenSearch

from evaluation.gate.policy import load_policy
from evaluation.release import candidate
from local.docs_repository import commit_documents
from processors.knowledge.chunk import make_id
from processors.retrieval.cache_keys import cache_key, cache_namespace
from processors.settings import Settings
from processors.stores.search import write_chunks
from processors.versions import builds, catalog
from tests.support.cag_stages import build_documents

RunDag = Callable[..., dict[str, str]]
pytestmark = pytest.mark.usefixtures("live_versions")


@pytest.fixture
def pages(settings: Settings) -> Iterator[tuple[Path, Path]]:
    """Two pages in the documents repository that aren't there yet, and are gone again afterwards."""
    repository = Path(settings.documents.sources[0].url)
    first, second = (repository / f"test-{uuid.uuid4().hex}.md" for _ in range(2))
    yield first, second
    first.unlink(missing_ok=True)
    second.unlink(missing_ok=True)
    commit_documents(repository, "test")


def find(client: OpenSearch, path: Path) -> list[dict[str, Any]]:
    doc_id = make_id(str(path.parent), path.name)
    body = {"size": 50, "query": {"term": {"doc_id": doc_id}}, "_source": ["text", "cite"]}
    return [hit["_source"] for hit in client.search(index="cag", body=body)["hits"]["hits"]]


def read_report(client: OpenSearch, settings: Settings) -> dict[str, Any]:
    live = catalog.find_live(client, "cag")
    assert live
    mlflow.set_tracking_uri(settings.mlflow.tracking_uri)
    run = catalog.read_meta(client, live)["mlflow_run"]
    report: dict[str, Any] = json.loads(mlflow.artifacts.load_text(f"runs:/{run}/runbooks.json"))
    return report


def test_what_is_added_edited_and_deleted_is_so_in_the_next_version_and_no_change_makes_none(
    client: OpenSearch, settings: Settings, run_dag: RunDag, pages: tuple[Path, Path]
) -> None:
    edited, deleted = pages
    edited.write_text("# Flux capacitor\n\n## Steps\n\n1. Turn it off and on.\n")
    deleted.write_text("# Time circuits\n\n## Steps\n\n1. Set the year.\n")
    commit_documents(edited.parent, "test")
    assert set(run_dag("cag_pipeline").values()) == {"success"}
    added = find(client, edited)
    assert added
    assert find(client, deleted)
    report = read_report(client, settings)
    assert report["runbooks"] == report["complete"] >= 30
    assert added[-1]["cite"]["path"] == edited.name
    total = client.count(index="cag")["count"]

    edited.write_text("# Flux capacitor\n\n## Steps\n\n1. Replace it.\n")
    gone = len(find(client, deleted))
    deleted.unlink()
    commit_documents(edited.parent, "test")
    live = build_documents(settings)
    text = " ".join(chunk["text"] for chunk in find(client, edited))
    assert "Replace it" in text
    assert "Turn it off" not in text
    assert find(client, deleted) == []
    assert client.count(index="cag")["count"] == total - gone
    with redis.Redis.from_url(settings.redis.url) as cache:
        assert cache.exists(
            cache_key(cache_namespace(live, ["public"], "", settings.versions.code_commit), "Redis is down")
        )

    assert set(run_dag("cag_pipeline").values()) == {"skipped"}
    assert catalog.find_live(client, "cag") == live


def test_a_bad_build_is_refused_with_reasons_and_the_live_version_stays(
    client: OpenSearch, settings: Settings
) -> None:
    live = catalog.find_live(client, "cag")
    index = builds.create_version(client, "cag", {"positions": {}})
    (some,) = client.search(index="cag", body={"size": 1})["hits"]["hits"]
    write_chunks(client, index, [some["_source"]])
    decision = candidate.release_version(client, settings, "cag", index)
    meta = catalog.read_meta(client, index)
    assert not decision["promote"]
    assert meta["state"] == "refused"
    assert meta["gate"]["reasons"] == decision["reasons"]
    assert any(f"It holds 1 chunks in all, {live} holds" in reason for reason in decision["reasons"])
    assert meta["mlflow_run"]
    assert catalog.find_live(client, "cag") == live
    client.indices.delete(index=index)


@pytest.mark.parametrize("state", ["building", "candidate"])
def test_a_killed_build_leaves_no_orphan(client: OpenSearch, state: str) -> None:
    orphan = builds.create_version(client, "cag", {})
    catalog.update_meta(client, orphan, state=state)
    following = builds.create_version(client, "cag", {})
    try:
        assert orphan not in [version["index"] for version in catalog.list_versions(client, "cag")]
        assert following > orphan
    finally:
        client.indices.delete(index=following)


def test_a_rollback_is_one_step_and_no_query_fails_or_sees_both(
    client: OpenSearch, settings: Settings, run_dag: RunDag
) -> None:
    if len(catalog.list_versions(client, "cag")) < 2:
        build_documents(settings, force=True, warm=False)
    stop, seen, failures = threading.Event(), list[str](), list[Exception]()

    def ask() -> None:
        while not stop.is_set():
            try:
                hits = client.search(index="cag", body={"size": 20})["hits"]["hits"]
                indices = {hit["_index"] for hit in hits}
                assert len(indices) == 1, indices
                seen.append(indices.pop())
            except Exception as error:
                failures.append(error)

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for reader in readers:
        reader.start()
    before = catalog.find_live(client, "cag")
    assert set(run_dag("roll_back_version", {"pipeline": "cag"}).values()) == {"success"}
    after = catalog.find_live(client, "cag")
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert before
    assert after
    assert after < before
    assert {before, after} == set(seen)
    assert catalog.read_meta(client, before)["state"] == "retired"
    build_documents(settings, force=True, warm=False)
    assert (catalog.find_live(client, "cag") or "") > before
    assert load_policy("cag").query_sets["golden"].floors
    assert settings.versions.kept >= len(catalog.list_versions(client, "cag"))
