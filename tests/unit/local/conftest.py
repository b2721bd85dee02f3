from pathlib import Path

import pytest

from local.settings import StackSettings, load_settings


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StackSettings:
    """Settings of a stack in an empty folder."""
    monkeypatch.setenv("RUNLORE_HOME", str(tmp_path))
    monkeypatch.setenv("RUNLORE_PORT_BASE", "25000")
    monkeypatch.setenv("RUNLORE_DOCS", "")
    return load_settings()
