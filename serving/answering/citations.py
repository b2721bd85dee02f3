"""Citations: where a source can be opened."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from processors.retrieval.hybrid import Hit

# Prometheus' UI shows the same time again before what is cited, to compare with.
_SHOWN_BEFORE: Final = 2
# A window of log lines is within an hour.
_LOG_WINDOW: Final = timedelta(hours=1)
# The first place whose names are all in the cite is taken.
_PLACES: Final = {
    frozenset({"experiment_id", "run_id"}): "#/experiments/{experiment_id}/runs/{run_id}",
    frozenset({"model"}): "#/models/{model}",
    frozenset({"dag_id", "run_id"}): "dags/{dag_id}/runs/{run_id}",
    frozenset({"dag_id"}): "dags/{dag_id}/runs",
}


def build_citation_url(hit: Hit, ui_urls: Mapping[str, str]) -> str:
    """Return a link to what a hit was made from.

    Documents from a forge open there at their lines, pages in Confluence, runs and models in the UI of
    MLflow or Airflow, metrics and alerts in that of Prometheus, log lines where the settings say; all else
    opens as a page of this service.

    Args:
        hit: The source.
        ui_urls: Addresses for people of `service`, `mlflow`, `airflow` and `prometheus`, and the one of
            `logs` with the names of `name_log_lines` in braces.

    Example:
        >>> cite = {"type": "git", "repository": "https://git.example/a/b.git", "commit": "c0ffee",
        ...         "path": "red cluster.md", "start_line": 3, "end_line": 9}
        >>> build_citation_url({"cite": cite}, {})
        'https://git.example/a/b/blob/c0ffee/red%20cluster.md#L3-L9'
        >>> cite = {"type": "mlflow", "experiment_id": "3", "run_id": "f00"}
        >>> build_citation_url({"cite": cite}, {"mlflow": "http://mlflow"})
        'http://mlflow/#/experiments/3/runs/f00'
        >>> wiki = "confluence+https://wiki.example/c/OPS"
        >>> cite = {"type": "confluence", "repository": wiki, "page_id": "7"}
        >>> build_citation_url({"cite": cite}, {})
        'https://wiki.example/c/pages/viewpage.action?pageId=7'
    """
    cite = hit["cite"]
    repository = urlsplit(str(cite.get("repository", "")))
    if cite.get("type") == "git" and repository.scheme in ("http", "https"):
        # A clone URL may carry a user and a token; a link must not.
        host = repository.netloc.rpartition("@")[2]
        path = f"{repository.path.removesuffix('.git')}/blob/{cite['commit']}/{quote(cite['path'])}"
        lines = f"L{cite['start_line']}-L{cite['end_line']}"
        return urlunsplit((repository.scheme, host, path, "", lines))
    if cite.get("type") == "confluence":
        space = repository.path.rpartition("/")[0]
        query = urlencode({"pageId": cite["page_id"]})
        scheme = repository.scheme.removeprefix("confluence+")
        return urlunsplit((scheme, repository.netloc, f"{space}/pages/viewpage.action", query, ""))
    prometheus = ui_urls.get("prometheus", "")
    if prometheus and cite.get("type") == "promql":
        return f"{prometheus}/graph?{_write_graph_query(cite)}"
    if prometheus and cite.get("type") == "alert":
        return f"{prometheus}/alerts?{urlencode({'search': cite['alert']})}"
    if (logs := ui_urls.get("logs", "")) and cite.get("type") == "log":
        return logs.format_map({name: quote(value, safe="") for name, value in name_log_lines(hit).items()})
    ui = ui_urls.get(str(cite.get("type")), "")
    if ui and (place := _find_place(cite)):
        return f"{ui}/{place}"
    return f"{ui_urls['service'].rstrip('/')}/citations/{hit['index']}/{quote(hit['chunk_id'], safe='')}"


def _write_graph_query(cite: Mapping[str, Any]) -> str:
    """Return the query of Prometheus' graph page that draws a PromQL expression at its time.

    Example:
        >>> times = {"start": "2026-11-21T09:00:00+00:00", "end": "2026-11-21T10:00:00+00:00"}
        >>> _write_graph_query({"query": "up == 0", **times})
        'g0.expr=up+%3D%3D+0&g0.tab=0&g0.range_input=7200s&g0.end_input=2026-11-21+10%3A00%3A00'
    """
    start, end = (datetime.fromisoformat(cite[edge]).astimezone(UTC) for edge in ("start", "end"))
    span = _SHOWN_BEFORE * max(end - start, timedelta(minutes=1))
    return urlencode(
        {
            "g0.expr": cite["query"],
            "g0.tab": "0",
            "g0.range_input": f"{span.total_seconds():.0f}s",
            "g0.end_input": f"{end:%Y-%m-%d %H:%M:%S}",
        }
    )


def name_log_lines(hit: Hit) -> dict[str, str]:
    """Return what finds a window of log lines again: who wrote them, where they lie, and their hour.

    Example:
        >>> cite = {"type": "log", "topic": "runlore.logs", "partition": 0, "start_offset": 7}
        >>> hit = {"title": "redis: stopped", "observed_at": "2026-11-21T10:00:00+00:00", "cite": cite}
        >>> found = name_log_lines(hit)
        >>> found["service"], found["offset"], found["begin"], found["end_ms"]
        ('redis', '7', '2026-11-21T09:00:00Z', '1795255200000')
    """
    end = datetime.fromisoformat(hit["observed_at"]).astimezone(UTC)
    begin = end - _LOG_WINDOW
    cite = hit["cite"]
    return {
        "service": hit["title"].partition(":")[0],
        "topic": str(cite.get("topic", "")),
        "partition": str(cite.get("partition", "")),
        "offset": str(cite.get("start_offset", "")),
        "file": str(cite.get("file", "")),
        "begin": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "begin_ms": str(int(begin.timestamp() * 1000)),
        "end_ms": str(int(end.timestamp() * 1000)),
    }


def _find_place(cite: Mapping[str, Any]) -> str:
    """Return where a run or model is within the UI of MLflow or Airflow, or nothing."""
    names = {name: quote(value, safe="") for name, value in cite.items() if isinstance(value, str)}
    return next((place.format_map(names) for needed, place in _PLACES.items() if needed <= names.keys()), "")
