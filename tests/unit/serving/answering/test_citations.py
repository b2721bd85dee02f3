from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest

from processors.knowledge.markdown.inert import defuse_markdown, defuse_stream
from processors.retrieval.hybrid import Hit
from serving.answering.citations import build_citation_url, number_citations

SOURCES: list[Any] = [{"chunk_id": "a"}, {"chunk_id": "b"}, {"chunk_id": "c"}]


async def number(pieces: list[str]) -> tuple[str, list[str]]:
    async def stream() -> AsyncIterator[str]:
        for piece in pieces:
            yield piece

    cited: list[Hit] = []
    text = "".join([piece async for piece in number_citations(stream(), SOURCES, cited)])
    return text, [hit["chunk_id"] for hit in cited]


@pytest.mark.parametrize(
    ("given", "text", "cited"),
    [
        ("Stop [3], then start [1].", "Stop [1], then start [2].", ["c", "a"]),
        ("Both [2, 3] again [3].", "Both [1][2] again [2].", ["b", "c"]),
        ("Adjacent[2][2]", "Adjacent[1][1]", ["b"]),
        ("Unknown [7]. Partly [7,2].", "Unknown. Partly [1].", ["b"]),
        ("A [link](x), [ ] and [note].", "A [link](x), [ ] and [note].", []),
        ("Open [1", "Open [1", []),
        (
            "Run [2]:\n```sh\nx=${a[1]} [9]\n```\nor `b[2]` [1]",
            "Run [1]:\n```sh\nx=${a[1]} [9]\n```\nor `b[2]` [2]",
            ["b", "a"],
        ),
        ("", "", []),
    ],
)
async def test_numbers_count_from_one_however_the_text_is_cut(
    given: str, text: str, cited: list[str]
) -> None:
    for size in (1, 2, 3, len(given) + 1):
        pieces = [given[begin : begin + size] for begin in range(0, len(given), size)]
        assert await number(pieces) == (text, cited)


async def test_what_was_made_inert_is_numbered() -> None:
    async def stream() -> AsyncGenerator[str, None]:
        for piece in ("Do `a[1]` ", "it [", "2][1]. See [1](http://evil.example)."):
            yield piece

    inert = [piece async for piece in defuse_stream(stream())]
    assert (await number(inert))[0] == "Do `a[1]` it [1][2]. See [2]."


async def test_numbers_of_a_quoted_text_are_no_citations() -> None:
    quoted = defuse_markdown("As [2] says, `a[1]` [3](http://x.example) [4]: b", is_quoted=True)
    assert await number([quoted]) == (quoted, [])


@pytest.mark.parametrize("text", ["```sh\na", "- x\n  ~~~\n  a\n", "````\n```\na", "> ```\n> a"])
async def test_an_open_block_ends_with_its_text_so_that_what_follows_is_cited(text: str) -> None:
    answer, cited = await number([defuse_markdown(text), "\n\nSee [1]."])
    assert answer.endswith("```\n\nSee [1].")
    assert cited == ["a"]


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
