"""Citations: where a source can be opened, and the numbers in an answer's text."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from processors.retrieval.hybrid import Hit

# A bracket after a backslash is a text's own.
_NUMBERS: Final = re.compile(r" ?(?<!\\)\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_MAYBE_CUT: Final = re.compile(r"(?: ?(?:\[[\d,\s]{0,20})?|``)$")
_FENCE: Final = "```"
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
_CODE: Final = re.compile(r"(```.*?(?:```|$)|`[^`\n]+`)", re.DOTALL)


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


async def number_citations(
    pieces: AsyncGenerator[str, None], sources: Sequence[Hit], cited: list[Hit]
) -> AsyncGenerator[str, None]:
    """Renumber the citations of a text while it streams, so that they count from 1 in order of appearance.

    A number that no source has is taken out. A piece that may end within a citation or within code is held
    back until the rest of it is there: what stands in code is a command's own.

    Args:
        pieces: The text, in pieces as the model makes them.
        sources: The sources as numbered in the prompt.
        cited: Filled with the sources in the order of their new numbers, each before its number is given out.
    """
    held = ""
    # Who stops reading stops the model too.
    async with aclosing(pieces):
        async for piece in pieces:
            text = held + piece
            end = _find_safe_end(text)
            held = text[end:]
            if end:
                yield renumber(text[:end], sources, cited)
    if held:
        yield renumber(held, sources, cited)


def _find_safe_end(text: str) -> int:
    """Return how much of a text can be renumbered without knowing what follows."""
    if text.count(_FENCE) % 2:
        return text.rindex(_FENCE)
    line = text.rpartition("\n")[2]
    if line.count("`") % 2:
        return len(text) - len(line) + line.rindex("`")
    cut = _MAYBE_CUT.search(text)
    return cut.start() if cut else len(text)


def renumber(text: str, sources: Sequence[Hit], cited: list[Hit]) -> str:
    """Return a text with its citations renumbered; see `number_citations`.

    Args:
        text: Not cut within a citation or within code.
        sources: As numbered in the prompt, from 1.
        cited: Grows by each source that is cited for the first time.

    Example:
        >>> cited = []
        >>> sources = [{"chunk_id": "a"}, {"chunk_id": "b"}]
        >>> renumber("Restart it [2]. Look [9] first [1][2].", sources, cited)
        'Restart it [1]. Look first [2][1].'
        >>> [hit["chunk_id"] for hit in cited]
        ['b', 'a']
        >>> renumber("```sh\\necho ${a[1]}\\n``` [2]", sources, cited)
        '```sh\\necho ${a[1]}\\n``` [1]'
    """

    def replace(match: re.Match[str]) -> str:
        numbers = [int(number) for number in match[1].split(",")]
        known = [sources[number - 1] for number in numbers if 1 <= number <= len(sources)]
        space = " " if match[0].startswith(" ") else ""
        return space + "".join(f"[{_number_of(hit, cited)}]" for hit in known) if known else ""

    # The pattern has one group, so every second part is code.
    parts = _CODE.split(text)
    return "".join(part if odd % 2 else _NUMBERS.sub(replace, part) for odd, part in enumerate(parts))


def _number_of(hit: Hit, cited: list[Hit]) -> int:
    if hit not in cited:
        cited.append(hit)
    return cited.index(hit) + 1
