"""What a person may do with versions, by command or by DAG, with what has to follow from it.

What follows, MLflow's aliases and the cache's memory, changes no answer. So neither can fail or delay the
change itself; what could not be done is said in the note that comes back.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from opensearchpy import NotFoundError, OpenSearch, OpenSearchException

from processors.versions import catalog, pins, swaps
from processors.versions.catalog import require_version
from processors.versions.deletion import prune_versions

if TYPE_CHECKING:
    from processors.knowledge.chunk import Pipeline
    from processors.settings import Settings


class Asker(NamedTuple):
    """Who asks for a change, and for what reason: kept with the version."""

    who: str
    reason: str = ""


def roll_back(
    client: OpenSearch, settings: "Settings", pipeline: "Pipeline", asker: Asker, to: str | None = None
) -> str:
    """Make the version before the live one live again, or another one that was, and say what was done.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        pipeline: Whose alias moves.
        asker: Who asks.
        to: The version to go back to; None: the one before.

    Raises:
        ValueError: There is none, or somebody else changed what is live first.
    """
    return f"{swap_back(client, pipeline, asker, to)}{announce(client, settings, pipeline)}"


def swap_back(client: OpenSearch, pipeline: "Pipeline", asker: Asker, to: str | None = None) -> str:
    """Do the part of `roll_back` that must not wait, and say what was done; `announce` does the rest.

    Args:
        client: OpenSearch.
        pipeline: Whose alias moves.
        asker: Who asks.
        to: The version to go back to; None: the one before.

    Raises:
        ValueError: There is none, or somebody else changed what is live first.
    """
    taken_back, live = swaps.roll_back(client, pipeline, to)
    said = f"{taken_back} was taken back; {live} is live."
    try:
        _note(client, taken_back, "taken_back", asker)
        pinned = taken_back in pins.list_pinned(client, pipeline)
    except OpenSearchException as error:
        return f"{said} Who took it back is not written down: {error}"
    return f"{said} {taken_back} stays pinned, which keeps it from being pruned." if pinned else said


def promote_version(client: OpenSearch, settings: "Settings", version: str, asker: Asker) -> str:
    """Make a version live that was live once.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        version: What is to be live.
        asker: Who asks.

    Raises:
        ValueError: It is still being built, has not passed the gate, or somebody else came first.
    """
    from processors.versions.leases import find_builder

    pipeline = require_version(client, version)
    state = catalog.read_meta(client, version).get("state", "building")
    live = catalog.find_live(client, pipeline)
    if live == version:
        return f"{version} is live already; nothing was changed."
    builder = find_builder(client, pipeline)
    if builder and builder["index"] == version:
        raise ValueError(f"{version} is still being built or measured; wait for its gate")
    if state == "building":
        raise ValueError(f"{version} was never finished, so it can't go live; the next build deletes it")
    if state in ("refused", "candidate"):
        raise ValueError(
            f"{version} has not passed the gate ({_list_reasons(client, version)}). The DAG approve_version "
            "lets it go live all the same, once somebody who may decide that has approved"
        )
    swaps.swap(client, pipeline, live, version)
    said = f"{version} is live in place of {live or 'nothing'}."
    try:
        _note(client, version, "promoted", asker)
    except OpenSearchException as error:
        said += f" Who promoted it is not written down: {error}"
    return f"{said}{announce(client, settings, pipeline)}"


def pin_version(client: OpenSearch, version: str, asker: Asker) -> str:
    """Keep a version from being pruned, and the alias on it if it is live.

    Args:
        client: OpenSearch.
        version: What is to stay.
        asker: Who asks.

    Raises:
        ValueError: There is no such version.
    """
    pipeline = require_version(client, version)
    pins.pin(client, version)
    _note(client, version, "pinned", asker)
    is_live = catalog.find_live(client, pipeline) == version
    meaning = "no build takes its place" if is_live else "it is not live, so this only keeps it"
    return f"{version} is pinned: it is not pruned, and {meaning}, until it is unpinned."


def unpin_version(client: OpenSearch, version: str) -> str:
    """Take a pin away."""
    require_version(client, version)
    if not pins.unpin(client, version):
        return f"{version} was not pinned; nothing was changed."
    return f"{version} is not pinned any more."


def prune(client: OpenSearch, settings: "Settings", pipeline: "Pipeline", keep: int, *, dry_run: bool) -> str:
    """Delete old versions, or say which they would be.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        pipeline: Whose versions.
        keep: How many stay, 2 or more.
        dry_run: Delete nothing.

    Raises:
        ValueError: Fewer than two would be kept, so there would be none to go back to.
    """
    if keep < 2:
        raise ValueError(f"keep must be 2 or more, got {keep}: with one version there is no way back")
    doomed = prune_versions(client, pipeline, keep, dry_run=dry_run)
    if not doomed:
        return f"{pipeline}: nothing to prune; the newest {keep}, what is live and what is pinned stay."
    if dry_run:
        return f"Would be deleted: {', '.join(doomed)}. Nothing was changed."
    return f"Deleted: {', '.join(doomed)}.{announce(client, settings, pipeline)}"


def announce(client: OpenSearch, settings: "Settings", pipeline: "Pipeline") -> str:
    """Tell MLflow, give the cache's memory back, and return a note of what could not be done.

    Args:
        client: OpenSearch.
        settings: Name MLflow and Redis.
        pipeline: Whose live version has changed.
    """
    # Imported after the swap: what these bring takes longer to load than the swap itself.
    from processors.stores.answers_cache import evict_versions
    from processors.versions.registry import point_aliases

    try:
        live, previous = catalog.find_live(client, pipeline), swaps.find_previous(client, pipeline)
    except OpenSearchException as error:
        return f" MLflow doesn't know it yet, for OpenSearch can't be asked: {error}"
    if pipeline == "cag" and live:
        evict_versions(settings.redis.url, [live])
    told = point_aliases(settings.mlflow.tracking_uri, pipeline, live=live, previous=previous)
    return "" if told else " MLflow doesn't know it yet: the next change of a version tells it."


def _note(client: OpenSearch, version: str, what: str, asker: Asker) -> None:
    """Keep who changed a version, when and why; a version that was pruned meanwhile needs no note."""
    note = {"who": asker.who, "reason": asker.reason, "at": datetime.now(UTC).isoformat()}
    try:
        catalog.update_meta(client, version, **{what: note})
    except NotFoundError:
        return


def _list_reasons(client: OpenSearch, version: str) -> str:
    reasons = catalog.read_meta(client, version).get("gate", {}).get("reasons", [])
    return "; ".join(reasons) or "it has not been measured"
