"""What a person does to versions by command or form, on the real OpenSearch, Redis and MLflow."""

from collections.abc import Iterator
from typing import Any

import pytest
from opensearchpy import OpenSearch

from processors.knowledge.chunk import Chunk
from processors.settings import Settings, change_settings
from processors.stores import mlflow
from processors.versions import builds, catalog, operations, slices, swaps, tables
from processors.versions.build_runs import begin_run
from processors.versions.operations import Asker
from processors.versions.registry import name_model
from tests.support.swapping import make_chunk, make_pipeline

ME = Asker("me", "a trial")


@pytest.fixture
def pipeline(client: OpenSearch, settings: Settings) -> Iterator[Any]:
    with make_pipeline(client, settings) as name:
        yield name


def write(client: OpenSearch, pipeline: Any, chunks: list[Chunk], *, state: str = "live", **meta: Any) -> str:
    with builds.begin_build(client, pipeline, meta) as index:
        slices.write_chunks(client, index, 1, chunks)
    with builds.go_on_with(client, pipeline, index):
        if state == "live":
            swaps.promote(client, pipeline, index)
        else:
            catalog.update_meta(client, index, state=state, gate={"promote": False, "reasons": ["too bad"]})
    return index


def make(settings: Settings, name: str, mark: str, **changes: Any) -> Chunk:
    chunk = make_chunk(name, mark, [1.0] * settings.embedding.dimension)
    return {**chunk, **changes}  # type: ignore[typeddict-item]


def test_a_diff_tells_documents_settings_mapping_and_meta(
    client: OpenSearch, settings: Settings, pipeline: Any
) -> None:
    same, old = make(settings, "same", "m"), make(settings, "edited", "before")
    hidden = make(settings, "hidden", "m")
    older = write(client, pipeline, [same, old, hidden, make(settings, "gone", "m")], chunker="a")
    template = client.indices.get_index_template(name=f"runlore-{pipeline}")["index_templates"][0]
    body = template["index_template"]
    body["template"]["mappings"]["properties"]["colour"] = {"type": "keyword"}
    body["template"]["settings"]["index"]["refresh_interval"] = "7s"
    client.indices.put_index_template(name=f"runlore-{pipeline}", body=body)
    # Of the second, what was edited has the same title, and of the third only those who may see it differ.
    second = [same, make(settings, "edited", "after"), {**hidden, "acl": ["ops"]}]
    newer = write(client, pipeline, [*second, make(settings, "new", "m", kind="alert")], chunker="b")

    told = tables.show_diff(client, older, newer)
    assert "chunks: 4 → 4" in told
    for line in (
        "documents added: 1\n  + Restart new (new)\n",
        "documents changed: 2\n  ~ Restart edited (edited)\n  ~ Restart hidden (hidden)\n",
        "documents removed: 1\n  - Restart gone (gone)\n",
        "mapping: 1 differ\n  colour.type: none → keyword\n",
        "settings: 1 differ\n  index.refresh_interval: none → 7s\n",
        "  chunker: a → b\n",
        f"  replaced: none → {older}\n",
    ):
        assert line in f"{told}\n", told
    itself = tables.show_diff(client, newer, newer)
    assert itself.count(": 0") == 3
    assert itself.count("the same") == 3


def test_the_list_and_one_version_tell_a_person_what_to_know(
    client: OpenSearch, settings: Settings, pipeline: Any
) -> None:
    live = write(client, pipeline, [make(settings, "a", "m"), make(settings, "b", "m", kind="alert")])
    refused = write(client, pipeline, [], state="refused")
    operations.pin_version(client, live, ME)
    head, first, second = tables.list_table(client, [pipeline]).splitlines()
    assert head.split() == ["VERSION", "STATE", "CHUNKS", "MB", "MADE", "MODEL", "NOTE"]
    assert first.split()[:3] == [live, "LIVE", "2"]
    assert first.endswith("pinned")
    assert second.split()[:3] == [refused, "refused", "0"]
    assert second.endswith("too bad")
    shown = tables.show_version(client, live)
    assert "in 2 indices" in shown
    assert "reason=a trial, who=me" in shown
    with pytest.raises(ValueError, match=f"there is no {pipeline}-v000009; there are: {live}, {refused}"):
        tables.show_version(client, f"{pipeline}-v000009")


def test_a_rollback_goes_to_what_was_replaced_and_never_to_what_was_taken_back(
    client: OpenSearch, settings: Settings, pipeline: Any
) -> None:
    first, bad = (write(client, pipeline, []) for _ in range(2))
    assert f"{bad} was taken back; {first} is live." in operations.roll_back(client, settings, pipeline, ME)
    third = write(client, pipeline, [])
    operations.roll_back(client, settings, pipeline, ME)
    assert catalog.find_live(client, pipeline) == first
    assert catalog.read_meta(client, bad)["taken_back"]["who"] == "me"
    with pytest.raises(ValueError, match=f"no version before {first} is kept"):
        operations.roll_back(client, settings, pipeline, ME)
    operations.roll_back(client, settings, pipeline, ME, to=third)
    assert catalog.find_live(client, pipeline) == third
    refused = write(client, pipeline, [], state="refused")
    with pytest.raises(ValueError, match=f"{refused} was never live"):
        operations.roll_back(client, settings, pipeline, ME, to=refused)


def test_only_what_was_live_is_promoted_by_hand(
    client: OpenSearch, settings: Settings, pipeline: Any
) -> None:
    older, newer = (write(client, pipeline, []) for _ in range(2))
    refused = write(client, pipeline, [], state="refused")
    assert f"{older} is live in place of {newer}." in operations.promote_version(client, settings, older, ME)
    assert catalog.read_meta(client, older)["promoted"]["reason"] == "a trial"
    with pytest.raises(ValueError, match=r"has not passed the gate \(too bad\).*approve_version"):
        operations.promote_version(client, settings, refused, ME)
    still_built = pytest.raises(ValueError, match="still being built")
    with builds.begin_build(client, pipeline, {}) as built, still_built:
        operations.promote_version(client, settings, built, ME)
    assert catalog.find_live(client, pipeline) == older
    with pytest.raises(ValueError, match="keep must be 2 or more"):
        operations.prune(client, settings, pipeline, 1, dry_run=False)


def test_mlflow_is_told_and_its_absence_stops_no_rollback(
    client: OpenSearch, settings: Settings, pipeline: Any
) -> None:
    older, newer = (write(client, pipeline, []) for _ in range(2))
    model, uri = name_model(pipeline), settings.mlflow.tracking_uri
    with mlflow.open_mlflow(uri) as opened:
        mlflow.ensure_model(opened, model, "")
        for index in (older, newer):
            run = begin_run(uri, pipeline, index)
            mlflow.create_model_version(opened, model, run, "x", "", {"index": index})
        try:
            said = operations.roll_back(client, settings, pipeline, ME)
            assert said == f"{newer} was taken back; {older} is live."
            found = opened.get("/registered-models/get", params={"name": model}).raise_for_status().json()
            aliases = {held["alias"]: held["version"] for held in found["registered_model"]["aliases"]}
            assert aliases == {"live": "1"}
            nowhere = change_settings(settings, mlflow={"tracking_uri": "http://127.0.0.1:9"})
            assert "MLflow doesn't know it yet" in operations.promote_version(client, nowhere, newer, ME)
            assert catalog.find_live(client, pipeline) == newer
        finally:
            opened.request("DELETE", "/registered-models/delete", json={"name": model})
            experiment = mlflow.find_experiment(opened, model)
            opened.post("/experiments/delete", json={"experiment_id": experiment})
