"""A pipeline of its own, backed up to a folder of its own by the real OpenSearch, and whoever fills it."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from processors.settings import Settings, change_settings
from processors.stores.search import apply_templates, backups
from processors.versions import lease_record

DIMENSION = 4


@pytest.fixture
def pipeline(client: OpenSearch, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    name = f"test{uuid.uuid4().hex[:8]}"
    apply_templates(client, DIMENSION, [name])
    # Nothing that is live is touched: back-ups and restores are of this one alone.
    monkeypatch.setattr("processors.stores.search.PIPELINES", (name,))
    yield name
    for index in client.indices.get_alias(index=f"{name}-v*"):
        client.indices.delete(index=index)
    client.indices.delete_index_template(name=f"runlore-{name}")
    client.delete(index=lease_record.INDEX, id=name, params={"ignore": 404})


@pytest.fixture
def backed_up(settings: Settings, client: OpenSearch, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a place for back-ups, and nothing but staging to copy."""
    (tmp_path / "staging").mkdir()
    changed = change_settings(
        settings,
        backup={"url": (tmp_path / "backups").as_uri(), "databases": {}, "folders": {}, "kept": 2},
        storage={"staging_url": (tmp_path / "staging").as_uri()},
    )
    yield changed
    for folder in (tmp_path / "backups").glob("*"):
        backups.delete_snapshot(client, folder.name)
