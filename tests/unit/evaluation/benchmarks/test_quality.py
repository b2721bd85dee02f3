"""What the benchmark of quality is made of: halves, pages, tables, and data of others as it is given."""

import json
import os
from pathlib import Path

import pytest

from evaluation.benchmarks import scifact
from evaluation.benchmarks.quality import USERS_FILE, Rankings, report
from evaluation.benchmarks.quality_corpus import find_answer, is_held_out, load_alerts
from evaluation.queries.query_sets import Query, read_golden


def test_each_page_belongs_to_one_half_for_good() -> None:
    pages = [f"node/Page{n}.md" for n in range(400)]
    held_out = [page for page in pages if is_held_out(page)]
    assert 150 < len(held_out) < 250
    assert held_out == [page for page in pages if is_held_out(page)]


def test_a_query_belongs_to_the_half_of_the_page_that_the_alert_links() -> None:
    relevant = {"runbooks/a/Copy.md": 1, "runbooks/z/Linked.md": 2}
    assert find_answer(Query(query_id="q", query="", relevant=relevant)) == "z/Linked.md"


def test_a_table_has_a_row_for_each_ranking_and_tells_what_chance_explains() -> None:
    figures = {"ndcg_at_10": 0.5, "recall_at_10": 1.0, "mrr_at_10": 0.25}
    better = {**figures, "ndcg_at_10": 0.75}
    measured = {
        "plain hybrid": dict.fromkeys("abcd", figures),
        "`/v1/retrieve`": dict.fromkeys("abcd", better),
    }
    told = report("Alerts", Rankings(measured, []), {"a", "b", "c"})
    assert "Alerts, 3 queries" in told
    assert "| plain hybrid | 0.500 | 1.000 | 0.250 |" in told
    assert "| `/v1/retrieve` | 0.750 | 1.000 | 0.250 |" in told
    assert "+0.250 [+0.250, +0.250]" in told


def test_scifact_is_read_as_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"_id": "7", "title": "T", "text": "An abstract."}\n')
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "1", "text": "Claim."}\n{"_id": "2", "text": "Other."}\n'
    )
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\t7\t1\n")
    (chunk,) = scifact.read_abstracts(tmp_path)
    (claim,) = scifact.read_claims(tmp_path)
    assert claim == {"query_id": "1", "query": "Claim.", "relevant": {chunk["doc_id"]: 1}}


def test_users_questions_are_a_hundred_different_ones() -> None:
    queries = read_golden(USERS_FILE)
    assert len({query["query"] for query in queries}) == len({query["query_id"] for query in queries}) == 100
    assert all(max(query["relevant"].values()) == 2 for query in queries)


@pytest.fixture
def data() -> Path:
    if "RUNLORE_TEST_DATA" not in os.environ:
        pytest.skip("RUNLORE_TEST_DATA names no data folder")
    return Path(os.environ["RUNLORE_TEST_DATA"])


def test_pages_of_users_questions_are_there(data: Path) -> None:
    lines = USERS_FILE.read_text(encoding="utf-8").splitlines()
    pages = {page for line in lines for page in json.loads(line)["relevant"]}
    assert [page for page in pages if not (data / "kubernetes-docs/content/en" / page).is_file()] == []


def test_both_halves_of_the_alerts_are_of_a_size(data: Path) -> None:
    alerts = load_alerts(data, hard=False)
    held_out = [query for query in alerts if is_held_out(find_answer(query))]
    assert (len(alerts), len(held_out)) == (242, 125)
