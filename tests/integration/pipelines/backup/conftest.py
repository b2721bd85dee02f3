"""A pipeline of its own, backed up to a folder of its own by the real OpenSearch, and whoever fills it."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from processors.settings import Settings, change_settings
from processors.stores import backup_files
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


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> str:
    """The URL of a place for back-ups of the test's own."""
    if request.param == "folder":
        return (tmp_path / "backups").as_uri()
    if not settings.backup.url.startswith("s3://"):
        pytest.skip("the stack keeps its back-ups in a folder: RUNLORE_BACKUP_BUCKET=on gives it a bucket")
    return f"{settings.backup.url}/test-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def backed_up(settings: Settings, client: OpenSearch, tmp_path: Path, place: str) -> Iterator[Settings]:
    """Settings with a place for back-ups, and nothing but staging to copy."""
    (tmp_path / "staging").mkdir()
    changed = change_settings(
        settings,
        backup={"url": place, "databases": {}, "folders": {}, "kept": 2},
        storage={"staging_url": (tmp_path / "staging").as_uri()},
    )
    yield changed
    for name in backup_files.list_folders(place):
        backups.delete_snapshot(client, name)
    backup_files.delete_folder(place)
