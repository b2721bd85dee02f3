"""Versions that go: one by name, or old ones that nothing needs any more. What is live never goes."""

from typing import TYPE_CHECKING

from opensearchpy import NotFoundError, OpenSearch

from processors.versions.aliases import TRIES, LiveVersionMovedError, change_aliases, plan_deletion
from processors.versions.catalog import UNFINISHED, find_live, list_versions, was_live
from processors.versions.names import find_pipeline
from processors.versions.pins import PinnedError, list_pinned, require_unpinned

if TYPE_CHECKING:
    # The schema's module brings pyarrow, and a rollback by command must not wait for that.
    from processors.knowledge.chunk import Pipeline


def delete_version(client: OpenSearch, version: str, *, spare_pinned: bool = False) -> None:
    """Delete a version with its slices at once, unless it is or becomes live; harmless to repeat.

    Args:
        client: OpenSearch.
        version: Its name.
        spare_pinned: A pin keeps it, whenever that is set.

    Raises:
        ValueError: It is live.
        PinnedError: It is pinned and to be spared.
    """
    pipeline = find_pipeline(version)
    for _ in range(TRIES):
        live = find_live(client, pipeline)
        if live == version:
            raise ValueError(f"{version} is live, so it is not deleted")
        spared = require_unpinned(client, version, live) if spare_pinned and live else []
        try:
            changed = change_aliases(client, [*spared, *plan_deletion(pipeline, live, version)])
        except NotFoundError:
            # An earlier request did it whose answer was lost, or somebody else.
            if client.indices.exists(index=version):
                raise
            return
        if changed is None:
            return
    raise LiveVersionMovedError(f"{version} is not deleted: what is live changes all the time ({changed})")


def prune_versions(
    client: OpenSearch, pipeline: "Pipeline", keep: int, *, dry_run: bool = False
) -> list[str]:
    """Delete old versions, and return their names.

    Kept are the newest `keep` of those that were live, so that there is always one to go back to; a refused
    one while it is among the newest `keep` of all; and always what is live, pinned, or still being built.

    Args:
        client: OpenSearch.
        pipeline: Whose versions.
        keep: How many, 2 or more.
        dry_run: Only tell which would go.
    """
    versions = [v for v in list_versions(client, pipeline) if v["meta"].get("state") not in UNFINISHED]
    served = [v["index"] for v in versions if was_live(v)]
    newest = {v["index"] for v in versions[-keep:] if not was_live(v)}
    kept = {*served[-keep:], *newest, *list_pinned(client, pipeline)}
    doomed = [v["index"] for v in versions if v["index"] not in kept and not v["live"]]
    return doomed if dry_run else [index for index in doomed if _prune(client, index)]


def _prune(client: OpenSearch, version: str) -> bool:
    """Delete a version unless it was pinned meanwhile, and tell whether it was deleted."""
    try:
        delete_version(client, version, spare_pinned=True)
    except PinnedError:
        return False
    return True
