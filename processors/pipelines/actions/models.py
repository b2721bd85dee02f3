"""Runs of MLflow are compared, aliases of models are moved."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import httpx

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.findings import make_finding
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.results import Undo
from processors.pipelines.actions.cluster.tables import draw_table
from processors.pipelines.actions.monitoring import allow_all, asking
from processors.pipelines.actions.operation import Deed, Look, Operation, Seen
from processors.stores import mlflow


@contextmanager
def _open(deed: Deed) -> Iterator[httpx.Client]:
    with mlflow.open_mlflow(deed.settings.mlflow.tracking_uri) as client, asking("MLflow"):
        yield client


def _compare(deed: Deed, _look: Look | None) -> str:
    with _open(deed) as client:
        runs = [mlflow.get_run(client, deed.get(name)) for name in ("first", "second")]
    for name, run in zip(("first", "second"), runs, strict=True):
        if run is None:
            raise ActionRefusedError("not_found", what=f"the run {deed.get(name)}")
    first, second = (_list_values(run or {}) for run in runs)
    rows = [
        [name, first.get(name, "-"), second.get(name, "-")]
        for name in sorted({*first, *second})
        if first.get(name) != second.get(name)
    ]
    heads = ["", *(_name_run(run or {}) for run in runs)]
    return draw_table(heads, rows) if rows else "Parameters and metrics of both are the same."


def _list_values(run: Mapping[str, Any]) -> dict[str, str]:
    data = run.get("data", {})
    return {
        f"{kind}: {one['key']}": f"{one['value']:g}" if isinstance(one["value"], float) else str(one["value"])
        for kind, part in (("parameter", "params"), ("metric", "metrics"))
        for one in data.get(part, [])
    }


def _name_run(run: Mapping[str, Any]) -> str:
    return str(run["info"].get("run_name") or run["info"]["run_id"])


def _find_alias(client: httpx.Client, deed: Deed) -> str:
    """Return the version that the alias stands for, empty if for none."""
    query = {"name": deed.get("model"), "alias": deed.get("alias")}
    answer = client.get("/registered-models/alias", params=query)
    # An alias that isn't there is a bad request to MLflow; of a model that isn't, nothing is found.
    if answer.status_code == HTTPStatus.BAD_REQUEST:
        return ""
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise ActionRefusedError("not_found", what=f"the model {deed.get('model')}")
    return str(answer.raise_for_status().json()["model_version"]["version"])


def _look_at_alias(deed: Deed) -> Look:
    model, alias, version = (deed.get(name) for name in ("model", "alias", "version"))
    if model in mlflow.OWN:
        what = "the aliases of index versions follow what is live; runlore.rollback moves that"
        raise ActionRefusedError("system_refused", system="Runlore", what=what)
    with _open(deed) as client:
        before = _find_alias(client, deed)
        query = {"name": model, "version": version}
        if client.get("/model-versions/get", params=query).status_code == HTTPStatus.NOT_FOUND:
            raise ActionRefusedError("not_found", what=f"version {version} of the model {model}")
    target = Target(kind="ModelAlias", name=f"{model}@{alias}", resource_version=before or "none")
    undo = (
        Undo(action=deed.action.rollback, parameters={**deed.parameters, "version": int(before)})
        if before
        else None
    )
    return Look(target, f"- {model}@{alias}: {before or 'no version'}\n+ {model}@{alias}: {version}", undo)


def _set_alias(deed: Deed, look: Look | None) -> str:
    with _open(deed) as client:
        mlflow.set_alias(client, deed.get("model"), deed.get("alias"), deed.get("version"))
    return look.dry_run if look else ""


def _is_set(deed: Deed, target: Target) -> bool:
    with _open(deed) as client:
        now = _find_alias(client, deed)
    return now == deed.get("version") != target.resource_version


def _verify_alias(deed: Deed, _target: Target) -> Seen:
    with _open(deed) as client:
        now = _find_alias(client, deed)
    alias = f"{deed.get('model')}@{deed.get('alias')}"
    found = make_finding("alias", alias=alias, version=now) if now else make_finding("no_alias", alias=alias)
    return Seen(now == deed.get("version"), found)


MODELS: Final[Mapping[str, Operation]] = {
    "compare_runs": Operation(allow_all, _compare),
    "set_alias": Operation(allow_all, _set_alias, _look_at_alias, _is_set, _verify_alias),
}
