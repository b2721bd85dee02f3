"""The human override: a version that the gate refused goes live because somebody says so, with their name."""

from typing import TypedDict

import structlog
from opensearchpy import OpenSearch

from evaluation.release.candidate import finish_release
from processors.knowledge.chunk import Pipeline
from processors.settings import Settings
from processors.stores import mlflow
from processors.stores.search import count_chunks
from processors.versions.catalog import Version, find_live, list_versions, update_meta
from processors.versions.names import cover_family
from processors.versions.promotion import explain_obstacle
from processors.versions.registry import register_version
from processors.versions.swaps import swap

log = structlog.get_logger(__name__)


class Approval(TypedDict):
    """Who lets a refused version go live, when, and why."""

    by: str
    at: str
    reason: str


def explain_refusal(client: OpenSearch, pipeline: Pipeline, index: str) -> str:
    """Return why a version was refused and what its approval would do, in Markdown.

    Args:
        client: OpenSearch.
        pipeline: Whose version it is.
        index: A version in state `refused`.

    Raises:
        ValueError: It can't be promoted: the message says why.
    """
    version = _find_refused(client, pipeline, index)
    live = _require_way(client, pipeline, index)
    reasons = "\n".join(f"- {reason}" for reason in version["meta"]["gate"]["reasons"])
    return (
        f"The gate refused **{index}** ({version['meta']['chunks']} chunks):\n\n{reasons}\n\n"
        f"If you approve, people are answered from {index} instead of {live or 'nothing'} at once. Your name "
        "and the reason are kept with the version and in MLflow. If nobody answers, nothing changes."
    )


def promote_refused(
    client: OpenSearch, settings: Settings, pipeline: Pipeline, index: str, approval: Approval
) -> str | None:
    """Make a refused version live, and keep who wanted it.

    What the gate said stays beside it, in `_meta` and in MLflow.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        pipeline: Whose alias moves.
        index: A version in state `refused`.
        approval: Who wants it, when, and why.

    Returns:
        The version that was live before.

    Raises:
        ValueError: It can't be promoted any more: the message says why. Nothing was changed.
    """
    version = _find_refused(client, pipeline, index)
    live = _require_way(client, pipeline, index)
    # Before the swap: nobody is answered from a version without it being known who wanted that.
    update_meta(client, index, override=approval)
    log.warning("refused version is promoted", index=index, **approval)
    _record_approval(settings, pipeline, version, approval)
    try:
        # In place of what was looked at, and of nothing that came or was pinned since.
        swap(client, pipeline, live, index, spare_pinned=True)
    except ValueError as error:
        _withdraw_approval(client, settings, pipeline, version, str(error))
        raise
    finish_release(client, settings, pipeline, index, live)
    return live


def _require_way(client: OpenSearch, pipeline: Pipeline, index: str) -> str | None:
    """Return the version that a refused one would replace.

    Raises:
        ValueError: None may be replaced by it; the message says why.
    """
    live = find_live(client, pipeline)
    obstacle = explain_obstacle(client, pipeline, index, live)
    if obstacle:
        raise ValueError(f"{index} can't be promoted: {obstacle}")
    return live


def _find_refused(client: OpenSearch, pipeline: Pipeline, index: str) -> Version:
    found = {version["index"]: version for version in list_versions(client, pipeline)}
    refused = [name for name, version in found.items() if version["meta"].get("state") == "refused"]
    if index not in refused:
        state = "live" if index in found and found[index]["live"] else "not refused"
        told = state if index in found else "not there"
        raise ValueError(f"{index} is {told}; refused versions of {pipeline}: {', '.join(refused) or 'none'}")
    held, judged = count_chunks(client, cover_family(index)), found[index]["meta"].get("chunks")
    if held != judged:
        raise ValueError(f"{index} is not complete: it holds {held} chunks, and was judged with {judged}")
    return found[index]


def _withdraw_approval(
    client: OpenSearch, settings: Settings, pipeline: Pipeline, version: Version, why: str
) -> None:
    """Tell that nobody is answered from the version although a person approved it."""
    index, run = version["index"], version["meta"]["mlflow_run"]
    update_meta(client, index, override=None)
    with mlflow.open_mlflow(settings.mlflow.tracking_uri) as tracked:
        mlflow.set_run_tags(tracked, run, {"gate": "refused", "override_failed": why})
    told = f"{index} was approved, and stayed refused: {why}"
    register_version(settings.mlflow.tracking_uri, pipeline, index, run, told)


def _record_approval(settings: Settings, pipeline: Pipeline, version: Version, approval: Approval) -> None:
    index, meta = version["index"], version["meta"]
    tags = {f"override_{name}": str(value) for name, value in approval.items()}
    uri = settings.mlflow.tracking_uri
    with mlflow.open_mlflow(uri) as client:
        mlflow.set_run_tags(client, meta["mlflow_run"], {"gate": "overridden", **tags})
    reasons = " ".join(meta["gate"]["reasons"])
    told = (
        f"{index} was promoted by {approval['by']} at {approval['at'][:19]} UTC although the gate refused "
        f"it: {approval['reason']} What the gate said: {reasons}"
    )
    register_version(uri, pipeline, index, meta["mlflow_run"], told)
