"""Bad builds of the real corpus: each is refused with its reason, told everywhere, and nothing is lost."""

import subprocess
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from opensearchpy import OpenSearch

from evaluation.release import candidate
from evaluation.release.approval import Approval, explain_refusal, promote_refused
from evaluation.report.compare import read_recorded, render_comparison
from processors.knowledge.blocks import Block
from processors.knowledge.blocks.plain import render_plain
from processors.knowledge.blocks.walking import walk
from processors.pipelines.cag import markdown, sync
from processors.pipelines.cag.index import build_version
from processors.settings import Settings, change_settings
from processors.settings.documents import DocumentSource
from processors.stores import mlflow
from processors.versions import catalog, deletion, swaps
from processors.versions.build_runs import keep_record
from processors.versions.builds import go_on_with
from processors.versions.registry import name_model, point_aliases

Build = Callable[..., tuple[str, list[str]]]


@pytest.fixture
def live(client: OpenSearch, request: pytest.FixtureRequest) -> Iterator[str]:
    """The live version; it must be so afterwards, unchanged."""
    if not client.indices.exists_alias(name="cag"):
        request.getfixturevalue("run_dag")("cag_pipeline")
    index = catalog.find_live(client, "cag") or ""
    before = describe(client, index)
    yield index
    assert catalog.find_live(client, "cag") == index
    assert describe(client, index) == before


def describe(client: OpenSearch, index: str) -> tuple[dict[str, Any], int]:
    # Which version it replaced is told anew when it is put back in its place.
    meta = {name: value for name, value in catalog.read_meta(client, index).items() if name != "replaced"}
    return meta, client.count(index=index)["count"]


@pytest.fixture
def build_all(client: OpenSearch) -> Iterator[Build]:
    """Build a version of all pages and put it through the gate; give its name and the reasons against it."""
    built = []

    def run(settings: Settings, gate_settings: Settings | None = None) -> tuple[str, list[str]]:
        synced = sync.sync_documents(settings, f"test-{uuid.uuid4().hex}", force=True)
        assert synced
        markdown.process_documents(settings, synced["run_url"])
        record = keep_record(settings.mlflow.tracking_uri, "cag")
        index = build_version(settings, synced["run_url"], record)["index"]
        built.append(index)
        with go_on_with(client, "cag", index):
            decision = candidate.release_version(client, gate_settings or settings, "cag", index)
        assert not decision["promote"], "a bad build went live"
        return index, decision["reasons"]

    yield run
    for index in built:
        assert catalog.read_meta(client, index)["state"] == "refused"
        deletion.delete_version(client, index)


def find_reason(reasons: list[str], words: str) -> str:
    found = [reason for reason in reasons if words in reason]
    assert len(found) == 1, reasons
    return found[0]


def keep_sections_whole(blocks: list[Block], _splitter: Any) -> list[list[Block]]:
    return [blocks * 10]


def cut_lines(blocks: list[Block], _splitter: Any) -> list[list[Block]]:
    leaves = [block for block in walk(blocks) if not block.get("children")]
    words = [word for leaf in leaves for word in render_plain([leaf]).split()]
    return [
        [{**leaves[0], "kind": "paragraph", "spans": [{"kind": "text", "text": word}]}] for word in words[::4]
    ]


def lose_or_keep_whole(blocks: list[Block], splitter: Any) -> list[list[Block]]:
    """Lose the texts of some sections, and leave the others as long as they are."""
    loses = blocks[0]["first"] % 2
    lost: Block = {**blocks[0], "kind": "paragraph", "spans": []}
    return [[lost]] if loses else keep_sections_whole(blocks, splitter)


@pytest.fixture
def restricted(settings: Settings, tmp_path: Path) -> Settings:
    """One more source, a repository that only some may see."""
    page = "# Salaries\n\n## Who decides\n\nThe board decides on salaries in April.\n"
    (tmp_path / "salaries.md").write_text(page)
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    for command in (("init", "-q", "-b", "main"), ("add", "--all"), ("commit", "-q", "-m", "test")):
        subprocess.run(["git", "-C", str(tmp_path), *identity, *command], check=True, capture_output=True)
    source = DocumentSource(url=str(tmp_path), branch="main", groups=("board",))
    return change_settings(settings, documents={"sources": (*settings.documents.sources, source)})


def test_chunks_without_text_and_too_long_ones_dropped_pages_and_a_leak(
    restricted: Settings, live: str, build_all: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunker that does all of it wrong, and somebody who built as if everybody were allowed."""
    genuine = markdown.build_document_chunks

    def drop(document: Any, *others: Any) -> Any:
        return [] if document["path"].startswith("kafka") else genuine(document, *others)

    monkeypatch.setattr(markdown, "build_document_chunks", drop)
    monkeypatch.setattr("processors.knowledge.markdown.chunking.cut_blocks", lose_or_keep_whole)
    source = restricted.documents.sources[-1].model_copy(update={"groups": ("public",)})
    careless = change_settings(
        restricted, documents={"sources": (*restricted.documents.sources[:-1], source)}
    )
    index, reasons = build_all(careless, restricted)
    assert index > live
    assert find_reason(reasons, "sampled chunks have no text")
    assert find_reason(reasons, "sampled chunks are longer than")
    dropped = find_reason(reasons, f"pages that are still there and that {live} holds have no chunk")
    assert "kafka-broker-down.md" in dropped
    leaked = find_reason(reasons, "It leaks")
    assert "salaries.md: its chunks are for public" in leaked
    assert f"{source.url} is for board" in leaked


def test_lines_for_chunks_and_vectors_of_a_wrong_model(
    settings: Settings, live: str, build_all: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model server had other weights under the same name, and embeds questions with the right ones."""
    draw = np.random.default_rng(7)

    def embed(_url: str, model: str, texts: list[str]) -> Iterator[tuple[Any, str]]:
        drawn = draw.normal(size=(len(texts), settings.embedding.dimension)).astype(np.float32)
        yield drawn / np.linalg.norm(drawn, axis=1, keepdims=True), f"{model}@other"

    monkeypatch.setattr("processors.knowledge.markdown.chunking.cut_blocks", cut_lines)
    monkeypatch.setattr("processors.pipelines.embed.embed_batches", embed)
    monkeypatch.setattr("processors.pipelines.embed.find_embeddings", lambda *_: {})
    _, reasons = build_all(settings)
    assert live
    assert find_reason(reasons, "times as many or as few is another way to cut them")
    assert "vectors and model don't belong together" in find_reason(reasons, "by their own text")


def test_a_model_of_another_name_and_half_of_the_corpus(
    settings: Settings, live: str, build_all: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a clone that broke off: the source itself seems to have half of its pages."""
    genuine = sync.read_git_source

    def read_half(*given: Any, **options: Any) -> Any:
        update = genuine(*given, **options)
        return {**update, "pages": update["pages"][::2]}

    monkeypatch.setattr(sync, "read_git_source", read_half)
    other = change_settings(settings, embedding={"passage_prefix_override": "passage: "})
    _, reasons = build_all(other, settings)
    assert f"than {settings.embedding.model}@" in find_reason(reasons, "Its vectors are of another model")
    assert find_reason(reasons, f"Of the source {settings.documents.sources[0].url} it holds")
    assert live in find_reason(reasons, "chunks in all")


@pytest.fixture
def inbox() -> Iterator[tuple[str, list[bytes]]]:
    """A small real HTTP server in Alertmanager's place, and what it was sent."""
    received: list[bytes] = []

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(self.path.encode() + b" " + content)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Inbox)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()


def test_a_refusal_is_told_everywhere_and_a_person_may_override_it(
    client: OpenSearch,
    settings: Settings,
    live: str,
    inbox: tuple[str, list[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, received = inbox
    told = change_settings(settings, versions={"alertmanager_url": url})
    with monkeypatch.context() as patched:
        patched.setattr("processors.knowledge.markdown.chunking.cut_blocks", keep_sections_whole)
        synced = sync.sync_documents(told, f"test-{uuid.uuid4().hex}", force=True)
        assert synced
        markdown.process_documents(told, synced["run_url"])
        record = keep_record(told.mlflow.tracking_uri, "cag")
        index = build_version(told, synced["run_url"], record)["index"]
    with go_on_with(client, "cag", index):
        reasons = candidate.release_version(client, told, "cag", index)["reasons"]
    meta = catalog.read_meta(client, index)
    assert meta["state"] == "refused"
    assert meta["gate"]["reasons"] == reasons
    with mlflow.open_mlflow(settings.mlflow.tracking_uri) as records:
        recorded = read_recorded(records, index)
        page = mlflow.read_artifact(records, meta["mlflow_run"], "decision.md")
        pictures = mlflow.list_artifacts(records, meta["mlflow_run"]) or []
        assert {"quality_by_version.png", "queries_won_and_lost.png", "search_latency.png"} <= {
            picture["path"] for picture in pictures
        }
        assert find_model_version(records, index)["description"].startswith(f"{index} was refused. ")
        assert recorded["tags"]["gate"] == "refused"
        assert recorded["tags"]["gate_reasons"] == " ".join(reasons)
        assert page
        assert f"# {index} was refused" in page.decode()
        assert recorded["metrics"]["golden/ndcg_at_10/low"] <= recorded["metrics"]["golden/ndcg_at_10"]
        assert f"{index} won" in render_comparison(read_recorded(records, live), recorded)
    (alert,) = received
    assert alert.startswith(b"/api/v2/alerts ")
    assert b"RunloreVersionRefused" in alert
    assert index.encode() in alert

    assert reasons[0] in explain_refusal(client, "cag", index)
    approval = Approval(by="anna", at="2026-11-21T09:00:00+00:00", reason="The old pages are wrong.")
    assert promote_refused(client, told, "cag", index, approval) == live
    try:
        assert catalog.find_live(client, "cag") == index
        assert catalog.read_meta(client, index)["override"] == approval
        with mlflow.open_mlflow(settings.mlflow.tracking_uri) as records:
            tags = read_recorded(records, index)["tags"]
            assert (tags["gate"], tags["override_by"]) == ("overridden", "anna")
            registered = find_model_version(records, index)
            assert "promoted by anna" in registered["description"]
            name = name_model("cag")
            model = records.get("/registered-models/get", params={"name": name}).json()["registered_model"]
            assert {"alias": "live", "version": registered["version"]} in model["aliases"]
        with pytest.raises(ValueError, match=f"{index} is live"):
            promote_refused(client, told, "cag", index, approval)
    finally:
        swaps.promote(client, "cag", live)
        point_aliases(settings.mlflow.tracking_uri, "cag", live=live, previous=None, candidate=None)
        deletion.delete_version(client, index)


def find_model_version(client: Any, index: str) -> dict[str, Any]:
    listed = mlflow.list_model_versions(client, f"name = '{name_model('cag')}'")
    tag = {"key": "index", "value": index}
    return next(version for version in listed if tag in version["tags"])
