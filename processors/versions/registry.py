"""Index versions in MLflow's model registry: a registered model per pipeline, its aliases as in OpenSearch.

MLflow numbers the versions of a registered model itself, so each carries its index's name as a tag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict, Unpack

import httpx
import structlog

from processors.stores import mlflow
from processors.versions.names import read_number

if TYPE_CHECKING:
    # The schema's module brings pyarrow, and a rollback by command must not wait for that.
    from processors.knowledge.chunk import Pipeline

log = structlog.get_logger(__name__)

_ABOUT: Final[dict[Pipeline, str]] = {
    "rag": "Index versions of what happens: logs, metrics, Kubernetes, MLflow.",
    "cag": "Index versions of what is written down: runbooks and documents.",
}


class Aliases(TypedDict, total=False):
    """Which index an alias stands for; None takes it away, and one that isn't named stays as it is."""

    live: str | None
    previous: str | None
    candidate: str | None


def name_model(pipeline: str) -> str:
    """Return the name of a pipeline's experiment and registered model.

    Example:
        >>> name_model("cag")
        'runlore-cag'
    """
    return f"runlore-{pipeline}"


def register_version(
    tracking_uri: str, pipeline: Pipeline, index: str, run_id: str, description: str = ""
) -> str:
    """Make an index version a version of the pipeline's registered model; one that is there stays that one.

    Args:
        tracking_uri: MLflow's address.
        pipeline: Whose version it is.
        index: Its name.
        run_id: Its run.
        description: Why it was promoted or refused, in Markdown; empty: as it was.

    Returns:
        MLflow's number of the version.

    Raises:
        httpx.HTTPError: MLflow is unreachable or refuses.
    """
    name = name_model(pipeline)
    with mlflow.open_mlflow(tracking_uri) as client:
        numbers = _list_numbers(client, name)
        number = numbers.get(index)
        if number is None:
            if not numbers:
                # One that is there again is an error in the log of MLflow's database, each time.
                mlflow.ensure_model(client, name, _ABOUT[pipeline])
            return mlflow.create_model_version(
                client, name, run_id, "decision.md", description, {"index": index}
            )
        if description:
            mlflow.describe_model_version(client, name, number, description)
        return number


def point_aliases(tracking_uri: str, pipeline: str, **aliases: Unpack[Aliases]) -> bool:
    """Let the registered model's aliases stand for the versions that OpenSearch's tell of.

    Nobody is answered by them. So what MLflow can't take now is logged and fails nothing; the next change
    of a version puts it right.

    Args:
        tracking_uri: MLflow's address.
        pipeline: Whose aliases.
        aliases: Index names by alias.

    Returns:
        Whether MLflow tells the same now.
    """
    name = name_model(pipeline)
    try:
        with mlflow.open_mlflow(tracking_uri) as client:
            numbers = _list_numbers(client, name)
            for alias, index in aliases.items():
                if index in numbers:
                    mlflow.set_alias(client, name, alias, numbers[str(index)])
                elif numbers:
                    mlflow.drop_alias(client, name, alias)
    except httpx.HTTPError as error:
        log.warning("MLflow's aliases stay as they were", pipeline=pipeline, error=str(error), **aliases)
        return False
    return all(index is None or index in numbers for index in aliases.values())


def find_highest_number(tracking_uri: str, pipeline: str) -> int:
    """Return the highest number of an index version that MLflow tells of; 0 if it tells of none."""
    try:
        with mlflow.open_mlflow(tracking_uri) as client:
            return max(map(read_number, map(str, _list_numbers(client, name_model(pipeline)))), default=0)
    except httpx.HTTPError as error:
        log.warning("MLflow tells of no numbers of versions", pipeline=pipeline, error=str(error))
        return 0


def _list_numbers(client: httpx.Client, name: str) -> dict[object, str]:
    """Return MLflow's number of each index version."""
    versions = mlflow.list_model_versions(client, f"name = '{name}'")
    tagged = (
        (version, {tag["key"]: tag["value"] for tag in version.get("tags", [])}) for version in versions
    )
    return {tags["index"]: str(version["version"]) for version, tags in tagged if "index" in tags}
