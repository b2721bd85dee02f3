"""Settings of a platform of which nothing is there."""

import os
from pathlib import Path

import pytest

from processors.settings import Settings, read_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "key").write_text("the-key")
    addresses = ("URL", "OPENSEARCH_URL", "KAFKA_BOOTSTRAP", "REDIS_URL", "MLFLOW_TRACKING_URI", "KSERVE_URL")
    for name in (*addresses, "PROMETHEUS_URL", "STAGING_URL", "WORK_DIR", "TOKENIZER_FILE", "API_KEY_FILE"):
        monkeypatch.setenv(f"RUNLORE_{name}", "http://unused")
    monkeypatch.setenv("RUNLORE_MASK_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("RUNLORE_DOCS", '[{"url": "unused"}]')
    return read_settings(os.environ)
