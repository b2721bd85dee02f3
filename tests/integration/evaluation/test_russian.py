"""How well Russian questions find English pages in the live version, with and without the glossary."""

from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from evaluation.measures import ranking
from evaluation.queries.query_sets import GOLDEN_FILE, load_golden
from processors.retrieval.glossary import has_cyrillic
from processors.settings import Settings
from processors.versions.corpus import read_documents

# Never used to tune the glossary.
HELD_OUT_FILE = GOLDEN_FILE.with_name("runbooks_ru.jsonl")

pytestmark = pytest.mark.usefixtures("live_versions")


def measure(client: OpenSearch, settings: Settings, path: Path) -> float:
    """Return the mean recall@10 of a file's Russian queries."""
    queries = load_golden(
        (source.url for source in settings.documents.sources), set(read_documents(client, "cag")), path
    )
    russian = [query for query in queries if has_cyrillic(query["query"])]
    asked = ranking.embed_queries(russian, settings)
    found = ranking.measure_index(client, "cag", "cag", asked, settings.documents.groups)
    return ranking.average(found)["recall_at_10"]


@pytest.mark.parametrize("path", [GOLDEN_FILE, HELD_OUT_FILE], ids=["golden", "held out"])
def test_the_glossary_helps_russian_questions_to_their_pages(
    client: OpenSearch, settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    translated = measure(client, settings, path)
    monkeypatch.setattr(ranking, "add_translation", lambda question, reads_russian: question)  # noqa: ARG005
    plain = measure(client, settings, path)
    assert translated >= 0.7
    assert translated >= plain + 0.1
