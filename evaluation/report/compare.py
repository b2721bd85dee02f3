"""`make compare A=cag-v000003 B=cag-v000007`: two versions side by side, as MLflow keeps them.

Nothing is measured again: the versions may be gone. Where both were asked the same queries they are compared
query by query.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypedDict

import httpx

from evaluation.gate.wording import SET_NAMES, tell_measure
from evaluation.measures.ranking import MEASURES
from evaluation.measures.statistics import compare_paired
from evaluation.report.plots import shorten
from processors.settings import load_settings
from processors.stores import mlflow
from processors.versions.registry import name_model

_LISTED: Final = 10
_HEADLINE: Final = "ndcg_at_10"
_SMALLEST_DIFFERENCE: Final = 1e-9

Row = dict[str, Any]


class Recorded(TypedDict):
    """What MLflow keeps of a version: per query set a row for each query."""

    index: str
    tags: dict[str, str]
    parameters: dict[str, str]
    metrics: dict[str, float]
    tables: dict[str, list[Row]]


class UnknownVersionError(ValueError):
    """MLflow has no run of such a version; the message names those that it has."""


def read_recorded(client: httpx.Client, index: str) -> Recorded:
    """Return what MLflow keeps of a version.

    Raises:
        UnknownVersionError: It keeps nothing of it.
        httpx.HTTPError: MLflow is unreachable.
    """
    experiment = mlflow.find_experiment(client, name_model(index.partition("-v")[0]))
    runs = (
        list(mlflow.search_runs(client, [experiment], "", "attributes.start_time DESC")) if experiment else []
    )
    tagged = [(run, _to_pairs(run["data"].get("tags", []))) for run in runs]
    # A version that was built anew under the same number, as after a clean-up, is the newer one.
    found = next(((run, tags) for run, tags in tagged if tags.get("index") == index), None)
    if found is None:
        known = sorted({tags["index"] for _, tags in tagged if "index" in tags})
        told = ", ".join(known) or "none of that pipeline"
        raise UnknownVersionError(f"MLflow knows no version {index!r}. It knows: {told}.")
    run, tags = found
    tables = {
        name: read_table(content)
        for name in SET_NAMES
        if (content := mlflow.read_artifact(client, run["info"]["run_id"], f"{name}.json"))
    }
    return Recorded(
        index=index,
        tags=tags,
        parameters=_to_pairs(run["data"].get("params", [])),
        metrics=_to_pairs(run["data"].get("metrics", [])),
        tables=tables,
    )


def _to_pairs(listed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {pair["key"]: pair["value"] for pair in listed}


def read_table(content: bytes) -> list[Row]:
    """Return the rows of a table as MLflow keeps it.

    Example:
        >>> read_table(b'{"columns": ["a", "b"], "data": [[1, 2]]}')
        [{'a': 1, 'b': 2}]
    """
    table = json.loads(content)
    return [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]


def render_comparison(first: Recorded, second: Recorded) -> str:
    """Return two versions side by side as text."""
    parts = (_tell_verdicts, _tell_parameters, _tell_measures, _tell_queries)
    return "\n\n".join("\n".join(part(first, second)) for part in parts)


def _tell_verdicts(first: Recorded, second: Recorded) -> Iterator[str]:
    for recorded in (first, second):
        reasons = recorded["tags"].get("gate_reasons", "")
        told = f": {reasons}" if reasons and reasons != "none against" else ""
        yield f"{recorded['index']}  {recorded['tags'].get('gate', 'not judged')}{told}"


def _tell_parameters(first: Recorded, second: Recorded) -> Iterator[str]:
    yield "Parameters that differ"
    before, after = first["parameters"], second["parameters"]
    differing = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
    width = max(map(len, differing), default=0)
    for name in differing:
        yield f"  {name:{width}}  {before.get(name, 'none')}"
        yield f"  {'':{width}}  {after.get(name, 'none')}"
    if not differing:
        yield "  none"


def _tell_measures(first: Recorded, second: Recorded) -> Iterator[str]:
    yield "Measures, means with 95 % intervals; change on the queries that both were asked"
    yield f"  {'':30}{first['index']:>24}{second['index']:>24}  change"
    for name in SET_NAMES:
        for measure in MEASURES:
            if f"{name}/{measure}" in first["metrics"] | second["metrics"]:
                told = (_tell_mean(recorded["metrics"], f"{name}/{measure}") for recorded in (first, second))
                left, right = told
                change = _tell_change(first["tables"].get(name, []), second["tables"].get(name, []), measure)
                yield f"  {SET_NAMES[name]:18}{tell_measure(measure):12}{left:>24}{right:>24}  {change}"


def _tell_mean(metrics: Mapping[str, float], name: str) -> str:
    if name not in metrics:
        return "-"
    low, high = metrics.get(f"{name}/low", metrics[name]), metrics.get(f"{name}/high", metrics[name])
    return f"{metrics[name]:.3f} ({low:.3f}–{high:.3f})"


def _tell_change(first: Sequence[Row], second: Sequence[Row], measure: str) -> str:
    pairs = [
        (before[measure], after[measure])
        for before, after in pair_rows(first, second)
        if measure in before and measure in after
    ]
    if not pairs:
        return "no query in common"
    compared = compare_paired([after for _, after in pairs], [before for before, _ in pairs])
    return (
        f"{compared['difference']:+.3f} ({compared['low']:+.3f} to {compared['high']:+.3f}), "
        f"p {compared['p_value']:.3f}, {compared['queries']} queries"
    )


def pair_rows(first: Sequence[Row], second: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Return the rows of the queries that both tables have, the first table's on the left."""
    after = {row["query_id"]: row for row in second}
    return [(row, after[row["query_id"]]) for row in first if row["query_id"] in after]


def _tell_queries(first: Recorded, second: Recorded) -> Iterator[str]:
    common = first["tables"].keys() & second["tables"].keys()
    name = next((name for name in SET_NAMES if name in common), None)
    if name is None:
        yield "No query set was asked of both."
        return
    pairs = pair_rows(first["tables"][name], second["tables"][name])
    changes = sorted((after[_HEADLINE] - before[_HEADLINE], after["query"]) for before, after in pairs)
    lost = [change for change in changes if change[0] < -_SMALLEST_DIFFERENCE]
    won = [change for change in reversed(changes) if change[0] > _SMALLEST_DIFFERENCE]
    yield (
        f"{SET_NAMES[name].capitalize()} by {tell_measure(_HEADLINE)}: {second['index']} won {len(won)}, "
        f"lost {len(lost)}, {len(changes) - len(won) - len(lost)} as before"
    )
    for told, listed in (("won", won), ("lost", lost)):
        for change, query in listed[:_LISTED]:
            yield f"  {told:5}{change:+.3f}  {shorten(query)}"
        if len(listed) > _LISTED:
            yield f"  {told:5}… and {len(listed) - _LISTED} more"


def main() -> int:
    """Print the comparison of two versions."""
    parser = argparse.ArgumentParser(prog="make compare", description=__doc__)
    parser.add_argument("first", metavar="A", help="such as cag-v000003")
    parser.add_argument("second", metavar="B", help="such as cag-v000007")
    options = parser.parse_args()
    settings = load_settings()
    try:
        with mlflow.open_mlflow(settings.mlflow.tracking_uri) as client:
            first, second = (read_recorded(client, index) for index in (options.first, options.second))
    except UnknownVersionError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except httpx.HTTPError as error:
        sys.stderr.write(f"MLflow can't be reached: {error}\n")
        return 1
    sys.stdout.write(render_comparison(first, second) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
