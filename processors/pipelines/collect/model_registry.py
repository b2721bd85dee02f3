"""MLflow's model registry: which versions are in production, and which of them a run competes with."""

from typing import Any, Final, TypedDict

import httpx

from processors.knowledge.chunk import make_id
from processors.stores import mlflow

_ALIASES: Final = ("champion", "production", "prod")
_VERSIONS: Final = 20


class Entry(TypedDict):
    """What is remembered of a registered model from one collection to the next.

    `version` is the one in production, `since_ms` since when if that was seen, `experiment_id` where it was
    trained.
    """

    hash: str
    version: str | None
    since_ms: int | None
    experiment_id: str | None


class Model(TypedDict):
    """A registered model in MLflow's JSON with its newest versions, and what to remember of it."""

    registered_model: dict[str, Any]
    versions: list[dict[str, Any]]
    run_ids: set[str]
    production: dict[str, Any] | None
    entry: Entry


def read_registry(client: httpx.Client, before: dict[str, Entry] | None, now_ms: int) -> dict[str, Model]:
    """Return the registered models by name.

    Args:
        client: Of MLflow.
        before: What was remembered the last time; None the first time.
        now_ms: Milliseconds since 1970.
    """
    models = mlflow.list_models(client)
    versions: dict[str, list[dict[str, Any]]] = {model["name"]: [] for model in models}
    for version in mlflow.list_model_versions(client):
        versions.setdefault(version["name"], []).append(version)
    registry = {}
    for model in models:
        newest = sorted(versions[model["name"]], key=lambda version: int(version["version"]), reverse=True)
        production = find_production(model, newest)
        registry[model["name"]] = Model(
            registered_model=model,
            versions=newest[:_VERSIONS],
            run_ids={version.get("run_id", "") for version in newest} - {""},
            production=production,
            entry=_remember(client, model, newest[:_VERSIONS], production, before, now_ms),
        )
    return registry


def find_production(model: dict[str, Any], versions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the version of a registered model that is in production, or None.

    It is the one with the alias champion, production or prod, or else the newest in the stage Production.

    Example:
        >>> versions = [{"version": "1", "current_stage": "Production"}, {"version": "2"}]
        >>> find_production({"name": "fraud"}, versions)["version"]
        '1'
        >>> champion = {"alias": "champion", "version": "2"}
        >>> find_production({"name": "fraud", "aliases": [champion]}, versions)["version"]
        '2'
    """
    aliases = {one["alias"].lower(): one["version"] for one in model.get("aliases", [])}
    named = next((aliases[alias] for alias in _ALIASES if alias in aliases), None)
    found = [version for version in versions if version["version"] == named]
    staged = [version for version in versions if version.get("current_stage") == "Production"]
    return max(found or staged, key=lambda version: int(version["version"]), default=None)


def _remember(
    client: httpx.Client,
    model: dict[str, Any],
    versions: list[dict[str, Any]],
    production: dict[str, Any] | None,
    before: dict[str, Entry] | None,
    now_ms: int,
) -> Entry:
    number = production["version"] if production else None
    shape = make_id(model, versions, number)[:12]
    earlier = (before or {}).get(model["name"])
    if earlier is not None and earlier["version"] == number:
        return {**earlier, "hash": shape}
    since_ms, experiment_id = None, None
    if production is not None:
        # MLflow doesn't say when an alias was set: that is known only of a change that was watched.
        is_staged = production.get("current_stage") == "Production"
        stated = int(production["last_updated_timestamp"]) if is_staged else None
        since_ms = now_ms if before is not None else stated
        run = mlflow.get_run(client, production["run_id"]) if production.get("run_id") else None
        experiment_id = run["info"]["experiment_id"] if run else None
    return Entry(hash=shape, version=number, since_ms=since_ms, experiment_id=experiment_id)


def list_promoted(registry: dict[str, Model], before: dict[str, Entry] | None) -> set[str]:
    """Return the experiments in which another version went into production since the last time."""
    if before is None:
        return set()
    promoted = (
        model["entry"]
        for name, model in registry.items()
        if model["production"]
        and (name not in before or before[name]["version"] != model["entry"]["version"])
    )
    return {entry["experiment_id"] for entry in promoted if entry["experiment_id"]}


def find_rival(registry: dict[str, Model], run: dict[str, Any]) -> Model | None:
    """Return the model whose production version a run competes with.

    That is the registered model that the run belongs to, or else the one in production that was trained in
    the run's experiment; of several, the one that went into production last.
    """
    run_id, experiment_id = run["info"]["run_id"], run["info"]["experiment_id"]
    own = [model for model in registry.values() if run_id in model["run_ids"]]
    same = [model for model in registry.values() if model["entry"]["experiment_id"] == experiment_id]
    competing = [model for model in own or same if model["production"]]
    return max(competing, key=lambda model: model["entry"]["since_ms"] or 0, default=None)
