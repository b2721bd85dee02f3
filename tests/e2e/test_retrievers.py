"""The retrievers of the how-to page against the running service."""

from typing import Any

import pytest

from processors.settings import Settings
from tests.support.retrievers import ask_langchain, ask_llamaindex

pytestmark = pytest.mark.usefixtures("live_versions")


@pytest.mark.parametrize("ask", [ask_langchain, ask_llamaindex])
def test_a_retriever_finds_the_runbook(ask: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLORE_URL", settings.service.url)
    monkeypatch.setenv("RUNLORE_API_KEY_FILE", str(settings.access.api_key_file))
    found = ask("The OpenSearch cluster is red. What do I do?", 5)
    assert "opensearch-cluster-red.md" in [told["cite"].get("path") for _, _, told in found]
    assert all(text for _, text, _ in found)
