"""What stays the same goes from one version to the next: with its files where little changes, else by a copy.

A clone has the `_meta` of the other one for a moment. `_meta` says whose it is, so what a build leaves that
is killed at that moment is an index that says nothing of itself: see `catalog`.
"""

from typing import Final

import structlog
from opensearchpy import OpenSearch

from processors.stores import search
from processors.stores.indices import create_index
from processors.stores.search import clones
from processors.versions import catalog

log = structlog.get_logger(__name__)

# Words of deleted chunks count in the ranking until their file is written anew, and they take room.
_MOST_DELETED: Final = 0.05


def carry_over(
    client: OpenSearch, base: str, index: str, of_sources: list[str], except_documents: list[str]
) -> int:
    """Give a version that is being built, and is empty, the chunks of another one.

    Args:
        client: OpenSearch.
        base: A version of one index, which nobody writes to; it is sealed.
        index: The version that is being built.
        of_sources: Only chunks of these sources.
        except_documents: But not the chunks of these documents.

    Returns:
        How many chunks the version holds then.

    Raises:
        RuntimeError: Some chunk could not be carried over.
    """
    obstacle = _find_obstacle(client, base, index, of_sources, except_documents)
    if obstacle is None:
        meta = catalog.read_meta(client, index)
        obstacle = _replace_by_clone(client, base, index)
        if obstacle is None:
            catalog.update_meta(client, index, **meta)
            return clones.drop_others(client, index, of_sources, except_documents)
        create_index(client, index, {"mappings": {"_meta": meta}})
    log.warning("chunks are copied one by one", base=base, index=index, reason=obstacle)
    return search.carry_over(client, base, index, of_sources, except_documents)


def _find_obstacle(
    client: OpenSearch, base: str, index: str, of_sources: list[str], except_documents: list[str]
) -> str | None:
    """Say why the version can't begin with the files of the base, or None."""
    if catalog.read_meta(client, base).get("version") != base:
        return f"{base} is from before versions were cloned"
    if not clones.is_made_alike(client, base, index):
        return "its settings or fields are others"
    change = clones.count_change(client, base, of_sources, except_documents)
    if change.deleted + change.dropped > _MOST_DELETED * change.held:
        return f"{change.dropped} of {change.held} chunks change, and {change.deleted} deleted ones are left"
    return None


def _replace_by_clone(client: OpenSearch, base: str, index: str) -> str | None:
    """Return None if the index has the files of the base, or what OpenSearch says; the index is gone then."""
    clones.seal_index(client, base)
    client.indices.delete(index=index, params={"ignore_unavailable": "true"})
    try:
        clones.clone_index(client, base, index)
    except clones.CloneError as error:
        client.indices.delete(index=index, params={"ignore_unavailable": "true"})
        return str(error)
    return None
