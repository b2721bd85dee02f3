from typing import Any

import pytest

from serving.answering.citations import build_citation_url


def make_git_hit(repository: str) -> Any:
    cite = {"type": "git", "repository": repository, "commit": "c0ffee", "path": "a.md", "start_line": 1}
    return {"cite": {**cite, "end_line": 2}, "index": "cag-v000001", "chunk_id": "x/y"}


def test_forge_link_carries_no_credentials() -> None:
    hit = make_git_hit("https://user:secret@git.example/team/docs.git")
    assert build_citation_url(hit, {}) == "https://git.example/team/docs/blob/c0ffee/a.md#L1-L2"


@pytest.mark.parametrize(
    "repository", ["/srv/docs", "file:///srv/docs", "git@git.example:docs.git", "javascript:x"]
)
def test_everything_else_opens_on_the_service(repository: str) -> None:
    url = build_citation_url(make_git_hit(repository), {"service": "http://s/"})
    assert url == "http://s/citations/cag-v000001/x%2Fy"


@pytest.mark.parametrize(
    ("cite", "url"),
    [
        ({"type": "mlflow", "experiment_id": "3", "run_id": "f00"}, "http://m/#/experiments/3/runs/f00"),
        ({"type": "mlflow", "model": "fraud/ä"}, "http://m/#/models/fraud%2F%C3%A4"),
        ({"type": "airflow", "dag_id": "rag", "run_id": "a__1+2"}, "http://a/dags/rag/runs/a__1%2B2"),
        ({"type": "airflow", "dag_id": "rag", "hour": "2026"}, "http://a/dags/rag/runs"),
        ({"type": "promql", "query": "up"}, "http://s/citations/rag-v000001/x"),
    ],
)
def test_runs_open_in_the_ui_that_shows_them(cite: dict[str, str], url: str) -> None:
    hit: Any = {"cite": cite, "index": "rag-v000001", "chunk_id": "x"}
    assert (
        build_citation_url(hit, {"service": "http://s", "mlflow": "http://m", "airflow": "http://a"}) == url
    )


def test_log_lines_open_in_the_ui_that_shows_them() -> None:
    cite = {"type": "log", "topic": "runlore.logs", "partition": 0, "start_offset": 7, "end_offset": 9}
    at = "2026-11-21T10:00:00+00:00"
    hit: Any = {
        "cite": cite,
        "title": "a&b: stopped",
        "observed_at": at,
        "index": "rag-v000001",
        "chunk_id": "x",
    }
    logs = "http://logs/?q={service}&from={begin}&to={end_ms}"
    opened = build_citation_url(hit, {"service": "http://s", "logs": logs})
    assert opened == "http://logs/?q=a%26b&from=2026-11-21T09%3A00%3A00Z&to=1795255200000"
    assert build_citation_url(hit, {"service": "http://s", "logs": ""}) == "http://s/citations/rag-v000001/x"


def test_a_ui_without_an_address_is_replaced_by_our_page() -> None:
    hit: Any = {"cite": {"type": "airflow", "dag_id": "rag"}, "index": "rag-v000001", "chunk_id": "x"}
    assert (
        build_citation_url(hit, {"service": "http://s", "airflow": ""}) == "http://s/citations/rag-v000001/x"
    )


@pytest.mark.parametrize(
    ("cite", "url"),
    [
        (
            {
                "type": "promql",
                "query": 'rate(x{a="b"}[5m]) > 0',
                "start": "2026-11-21T12:00:00+03:00",
                "end": "2026-11-21T13:00:00+03:00",
            },
            "http://prom/graph?g0.expr=rate%28x%7Ba%3D%22b%22%7D%5B5m%5D%29+%3E+0&g0.tab=0"
            "&g0.range_input=7200s&g0.end_input=2026-11-21+10%3A00%3A00",
        ),
        ({"type": "alert", "alert": "Disk full"}, "http://prom/alerts?search=Disk+full"),
    ],
)
def test_metrics_and_alerts_open_in_prometheus(cite: dict[str, str], url: str) -> None:
    hit: Any = {"cite": cite, "index": "rag-v000001", "chunk_id": "x"}
    assert build_citation_url(hit, {"prometheus": "http://prom"}) == url
    assert build_citation_url(hit, {"service": "http://us"}) == "http://us/citations/rag-v000001/x"
