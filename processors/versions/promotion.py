"""A build goes live only in place of the version that it was built on and measured against, unpinned."""

from typing import TYPE_CHECKING

from opensearchpy import OpenSearch

from processors.versions.aliases import LiveVersionMovedError
from processors.versions.catalog import find_live, read_meta
from processors.versions.pins import PinnedError, list_pinned
from processors.versions.swaps import swap

if TYPE_CHECKING:
    from processors.knowledge.chunk import Pipeline


class NotPromotedError(ValueError):
    """A build must not go live now; nothing was changed."""


def explain_obstacle(
    client: OpenSearch, pipeline: "Pipeline", index: str, measured_against: str | None
) -> str | None:
    """Return why a build must not go live now although it is good, in a sentence, or None.

    Args:
        client: OpenSearch.
        pipeline: Whose alias would move.
        index: The candidate.
        measured_against: The version that was live when it was measured.
    """
    live = find_live(client, pipeline)
    if live in list_pinned(client, pipeline):
        return str(PinnedError(live))
    parent = read_meta(client, index).get("parent", measured_against)
    if live != measured_against or live != parent:
        return (
            f"{live or 'nothing'} is live now, but {index} was built on {parent or 'nothing'} and measured "
            f"against {measured_against or 'nothing'}: what is live was changed meanwhile, and that stands; "
            "the next run builds on it"
        )
    return None


def promote_build(client: OpenSearch, pipeline: "Pipeline", index: str, measured_against: str | None) -> None:
    """Make a build live in place of the version that it was measured against.

    Args:
        client: OpenSearch.
        pipeline: Whose alias moves.
        index: The build.
        measured_against: The version that was live when it was measured.

    Raises:
        NotPromotedError: That version is pinned, or not live any more; nothing was changed.
    """
    if find_live(client, pipeline) == index:
        # An earlier try did it and was cut off.
        swap(client, pipeline, measured_against, index)
        return
    obstacle = explain_obstacle(client, pipeline, index, measured_against)
    if obstacle:
        raise NotPromotedError(obstacle)
    try:
        swap(client, pipeline, measured_against, index, spare_pinned=True)
    except (LiveVersionMovedError, PinnedError) as error:
        raise NotPromotedError(str(error)) from error
