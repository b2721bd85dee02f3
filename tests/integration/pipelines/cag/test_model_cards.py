"""Model cards out of the real MLflow: described, changed, deleted."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from processors.knowledge.chunk import make_id
from processors.pipelines.cag.sources.model_cards import read_model_cards
from processors.settings import Settings
from processors.stores.mlflow import open_mlflow


@pytest.fixture
def mlflow(settings: Settings) -> Iterator[httpx.Client]:
    with open_mlflow(settings.mlflow.tracking_uri) as client:
        yield client


@pytest.fixture
def model(mlflow: httpx.Client) -> Iterator[str]:
    name = f"test-card-{uuid4().hex[:8]}"
    described = {"name": name, "description": "Scores payments.", "tags": [{"key": "team", "value": "risk"}]}
    version = {"name": name, "source": "s3://nowhere/model", "description": "Trained on October."}
    mlflow.post("/registered-models/create", json=described).raise_for_status()
    try:
        mlflow.post("/model-versions/create", json=version).raise_for_status()
        yield name
    finally:
        mlflow.request("DELETE", "/registered-models/delete", json={"name": name})


def test_a_card_appears_changes_and_leaves(settings: Settings, mlflow: httpx.Client, model: str) -> None:
    first = read_model_cards(settings, None)
    (card,) = [page for page in first["pages"] if page["path"] == f"{model}.md"]
    assert (
        "# Description\n\nScores payments.\n- team: risk\n\n# Version 1\n\nTrained on October."
        in card["text"]
    )

    mlflow.patch("/registered-models/update", json={"name": model, "description": "Scores refunds."})
    second = read_model_cards(settings, first["position"])
    (changed,) = [page for page in second["pages"] if page["path"] == f"{model}.md"]
    assert "Scores refunds." in changed["text"]
    assert make_id("mlflow:models", f"{model}.md") in second["dropped"]

    mlflow.request("DELETE", "/registered-models/delete", json={"name": model}).raise_for_status()
    third = read_model_cards(settings, second["position"])
    assert third["dropped"] == [make_id("mlflow:models", f"{model}.md")]
    assert third["carried"]
