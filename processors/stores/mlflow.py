"""MLflow's REST API: experiments, runs, registered models and lists of artefacts, as it tells them.

The client library would bring its own models of these things; the topic carries MLflow's JSON.
"""

from collections.abc import Iterator
from typing import Any, Final

import httpx

_PAGE: Final = 200
_MODEL_PAGE: Final = 1000


def open_mlflow(tracking_uri: str) -> httpx.Client:
    """Return a client of a tracking server; a login in the address is used."""
    return httpx.Client(base_url=f"{tracking_uri.rstrip('/')}/api/2.0/mlflow", timeout=30)


def list_experiments(client: httpx.Client) -> list[dict[str, Any]]:
    """Return all experiments that aren't deleted."""
    return list(
        _read_pages(client, "POST", "experiments/search", "experiments", {"max_results": _MODEL_PAGE})
    )


def search_runs(
    client: httpx.Client, experiment_ids: list[str], condition: str, order: str
) -> Iterator[dict[str, Any]]:
    """Yield runs that aren't deleted, page by page as they are asked for.

    Args:
        client: Of the tracking server.
        experiment_ids: Experiments to look in, at least one.
        condition: MLflow's filter, such as `attributes.end_time >= 1763700000000`.
        order: MLflow's order, such as `attributes.end_time ASC`.
    """
    body = {"experiment_ids": experiment_ids, "filter": condition, "order_by": [order], "max_results": _PAGE}
    return _read_pages(client, "POST", "runs/search", "runs", body)


def get_run(client: httpx.Client, run_id: str) -> dict[str, Any] | None:
    """Return a run, or None if there is none of that id."""
    response = client.get("/runs/get", params={"run_id": run_id})
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    run: dict[str, Any] = response.raise_for_status().json()["run"]
    return run


def list_models(client: httpx.Client) -> list[dict[str, Any]]:
    """Return all registered models, with their aliases."""
    query = {"max_results": _MODEL_PAGE}
    return list(_read_pages(client, "GET", "registered-models/search", "registered_models", query))


def list_model_versions(client: httpx.Client) -> list[dict[str, Any]]:
    """Return all versions of all registered models."""
    return list(
        _read_pages(client, "GET", "model-versions/search", "model_versions", {"max_results": _MODEL_PAGE})
    )


def list_artifacts(client: httpx.Client, run_id: str, folder: str = "") -> list[dict[str, Any]] | None:
    """Return what lies in a folder of a run's artefacts, or None where the server can't list them."""
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
