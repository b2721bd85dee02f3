"""MLflow's REST API: experiments, runs, registered models and artefacts, as it tells them.

The client library would bring its own models of these things; the topic carries MLflow's JSON. It would also
take two seconds to import and minutes to give up, which a rollback hasn't.
"""

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx

OWN: Final = ("runlore-rag", "runlore-cag")
"""Experiments and registered models of the index versions themselves."""

_PAGE: Final = 200
_MODEL_PAGE: Final = 1000


def open_mlflow(tracking_uri: str, timeout_s: float = 30) -> httpx.Client:
    """Return a client of a tracking server; a login in the address is used.

    Args:
        tracking_uri: Address of the server.
        timeout_s: How long it waits for a connection, and for each part of an answer.
    """
    return httpx.Client(base_url=f"{tracking_uri.rstrip('/')}/api/2.0/mlflow", timeout=timeout_s)


def list_experiments(client: httpx.Client) -> list[dict[str, Any]]:
    """Return all experiments that aren't deleted."""
    return list(
        _read_pages(client, "POST", "experiments/search", "experiments", {"max_results": _MODEL_PAGE})
    )


def search_runs(
    client: httpx.Client, experiment_ids: list[str], condition: str, order: str, *, is_deleted: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield runs page by page as they are asked for.

    Args:
        client: Of the tracking server.
        experiment_ids: Experiments to look in, at least one.
        condition: MLflow's filter, such as `attributes.end_time >= 1763700000000`.
        order: MLflow's order, such as `attributes.end_time ASC`.
        is_deleted: Those that are deleted, in place of those that aren't.
    """
    view = "DELETED_ONLY" if is_deleted else "ACTIVE_ONLY"
    body = {"experiment_ids": experiment_ids, "filter": condition, "order_by": [order], "max_results": _PAGE}
    return _read_pages(client, "POST", "runs/search", "runs", {**body, "run_view_type": view})


def get_run(client: httpx.Client, run_id: str) -> dict[str, Any] | None:
    """Return a run, or None if there is none of that id."""
    response = client.get("/runs/get", params={"run_id": run_id})
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    run: dict[str, Any] = response.raise_for_status().json()["run"]
    return run


def list_models(client: httpx.Client) -> list[dict[str, Any]]:
    """Return all registered models but those of index versions, with their aliases.

    An index version must not hold what is told of index versions: every build would change what it reads.
    """
    query = {"max_results": _MODEL_PAGE}
    models = _read_pages(client, "GET", "registered-models/search", "registered_models", query)
    return [model for model in models if model["name"] not in OWN]


def list_model_versions(client: httpx.Client, condition: str = "") -> list[dict[str, Any]]:
    """Return the versions of all registered models but those of index versions, or those of a condition.

    Args:
        client: Of the tracking server.
        condition: MLflow's filter, such as `name = 'fraud'`; it may ask for index versions as well.
    """
    query = {"max_results": _MODEL_PAGE, **({"filter": condition} if condition else {})}
    versions = _read_pages(client, "GET", "model-versions/search", "model_versions", query)
    return [version for version in versions if condition or version["name"] not in OWN]


def ensure_model(client: httpx.Client, name: str, description: str) -> None:
    """Create a registered model unless it is there.

    Args:
        client: Of MLflow's API.
        name: Of the registered model.
        description: What it is, in Markdown.
    """
    answer = client.post("/registered-models/create", json={"name": name, "description": description})
    # What a proxy says is no JSON.
    if answer.is_error and "RESOURCE_ALREADY_EXISTS" not in answer.text:
        answer.raise_for_status()


def create_model_version(
    client: httpx.Client, name: str, run_id: str, artifact: str, description: str, tags: dict[str, str]
) -> str:
    """Create the next version of a registered model out of a run's artefact, and return its number.

    Args:
        client: Of MLflow's API.
        name: Of the registered model.
        run_id: Of the run that made it.
        artifact: Path of the artefact in that run.
        description: What it is, in Markdown.
        tags: By name.
    """
    body = {
        "name": name,
        "source": f"runs:/{run_id}/{artifact}",
        "run_id": run_id,
        "description": description,
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }
    answer = client.post("/model-versions/create", json=body).raise_for_status()
    return str(answer.json()["model_version"]["version"])


def describe_model_version(client: httpx.Client, name: str, number: str, description: str) -> None:
    """Replace the description of a version of a registered model.

    Args:
        client: Of MLflow's API.
        name: Of the registered model.
        number: Of its version.
        description: What it is, in Markdown.
    """
    body = {"name": name, "version": number, "description": description}
    client.patch("/model-versions/update", json=body).raise_for_status()


def set_alias(client: httpx.Client, name: str, alias: str, number: str) -> None:
    """Let an alias of a registered model stand for a version, and for no other.

    Args:
        client: Of MLflow's API.
        name: Of the registered model.
        alias: Such as `live`.
        number: Of the version that it stands for.
    """
    body = {"name": name, "alias": alias, "version": number}
    client.post("/registered-models/alias", json=body).raise_for_status()


def drop_alias(client: httpx.Client, name: str, alias: str) -> None:
    """Take an alias away from a registered model; one that isn't there is no error.

    Args:
        client: Of MLflow's API.
        name: Of the registered model.
        alias: Such as `candidate`.
    """
    client.request(
        "DELETE", "/registered-models/alias", json={"name": name, "alias": alias}
    ).raise_for_status()


def set_run_tags(client: httpx.Client, run_id: str, tags: dict[str, str]) -> None:
    """Set tags of a run.

    Args:
        client: Of MLflow's API.
        run_id: Of the run.
        tags: By name; others stay.
    """
    body = {"run_id": run_id, "tags": [{"key": key, "value": value} for key, value in tags.items()]}
    client.post("/runs/log-batch", json=body).raise_for_status()


def log_metrics(client: httpx.Client, run_id: str, step: int, metrics: Mapping[str, float]) -> None:
    """Log metrics as a step of a run, which stays as it is: what is no number MLflow can't take.

    Args:
        client: Of MLflow's API.
        run_id: Of the run.
        step: Counts what the metrics are of; grows from one to the next.
        metrics: By name.
    """
    now = int(time.time() * 1000)
    logged = [
        {"key": name, "value": value, "timestamp": now, "step": step}
        for name, value in metrics.items()
        if math.isfinite(value)
    ]
    client.post("/runs/log-batch", json={"run_id": run_id, "metrics": logged}).raise_for_status()


def find_experiment(client: httpx.Client, name: str) -> str | None:
    """Return the id of an experiment, or None if there is none of that name."""
    answer = client.get("/experiments/get-by-name", params={"experiment_name": name})
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    return str(answer.raise_for_status().json()["experiment"]["experiment_id"])


def read_artifact(client: httpx.Client, run_id: str, path: str) -> bytes | None:
    """Return an artefact of a run, or None if it has no such one.

    Args:
        client: Of MLflow's API.
        run_id: Of the run.
        path: Of the artefact in the run.
    """
    url = client.base_url.copy_with(path=client.base_url.path.replace("/api/2.0/mlflow", "/get-artifact"))
    answer = client.get(str(url).rstrip("/"), params={"run_uuid": run_id, "path": path})
    # The server answers as to a mistake of its own when the file isn't there.
    if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.INTERNAL_SERVER_ERROR):
        return None
    return answer.raise_for_status().content


def list_artifacts(client: httpx.Client, run_id: str, folder: str = "") -> list[dict[str, Any]] | None:
    """Return what lies in a folder of a run's artefacts, or None where the server can't list them.

    Args:
        client: Of MLflow's API.
        run_id: Of the run.
        folder: In the run's artefacts; empty for the topmost.
    """
    path = {"path": folder} if folder else {}
    response = client.get("/artifacts/list", params={"run_id": run_id, **path})
    if response.is_error:
        return None
    files: list[dict[str, Any]] = response.json().get("files", [])
    return files


def _read_pages(
    client: httpx.Client, method: str, path: str, name: str, query: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        page = {**query, **({"page_token": token} if token else {})}
        sent: dict[str, Any] = {"json": page} if method == "POST" else {"params": page}
        answer = client.request(method, f"/{path}", **sent).raise_for_status().json()
        yield from answer.get(name, [])
        token = answer.get("next_page_token", "")
        if not token:
            return
