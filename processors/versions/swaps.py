"""Changes of what is live: one atomic change of the alias, which names what must be live before.

It changes nothing if something else is live by then. So whoever compared a version with the live one replaces
that one, and nothing that came or was pinned since.
"""

from typing import TYPE_CHECKING

from opensearchpy import ConnectionError as SearchConnectionError
from opensearchpy import NotFoundError, OpenSearch, OpenSearchException

from processors.versions.aliases import TRIES, LiveVersionMovedError, change_aliases, plan_swap
from processors.versions.catalog import find_live, list_versions, read_meta, update_meta, was_live
from processors.versions.pins import require_unpinned

if TYPE_CHECKING:
    # The schema's module brings pyarrow, and a rollback by command must not wait for that.
    from processors.knowledge.chunk import Pipeline


def promote(client: OpenSearch, pipeline: "Pipeline", index: str) -> str | None:
    """Make a version live in place of the one that is live now, whichever that is.

    Who has compared anything with what is live calls `swap` with that.

    Args:
        client: OpenSearch.
        pipeline: Whose alias moves.
        index: What is to be live.

    Returns:
        The version that was live before.

    Raises:
        ValueError: There is no such version.
        LiveVersionMovedError: Another change came first.
    """
    previous = find_live(client, pipeline)
    swap(client, pipeline, previous, index)
    return previous


def swap(
    client: OpenSearch,
    pipeline: "Pipeline",
    expected: str | None,
    index: str,
    *,
    is_rollback: bool = False,
    spare_pinned: bool = False,
) -> None:
    """Make a version live by one atomic alias change, if `expected` is what is live by then.

    That it is live already is what was wanted: the answer to an earlier request may have been lost.

    Args:
        client: OpenSearch.
        pipeline: Whose alias moves.
        expected: What must be live.
        index: What is to be live.
        is_rollback: It goes back to a version, which keeps its own way back.
        spare_pinned: `expected` keeps its place if it is pinned, whenever that is done.

    Raises:
        ValueError: There is no such version.
        LiveVersionMovedError: Something else is live; nothing was changed.
        PinnedError: What is live is pinned; nothing was changed.
    """
    for _ in range(TRIES):
        live = find_live(client, pipeline)
        if live == index:
            break
        if live != expected:
            raise LiveVersionMovedError(
                f"{index} was not made live: {live or 'nothing'} is live, not {expected or 'nothing'}, so "
                "somebody else came first. Look at what is live now, then decide again."
            )
        changed = _try_swap(client, pipeline, live, index, spare_pinned=spare_pinned)
        if changed is None:
            break
    else:
        raise LiveVersionMovedError(f"can't promote {index}: {changed}")
    _note_swap(client, expected, index, is_rollback=is_rollback)


def _try_swap(
    client: OpenSearch, pipeline: "Pipeline", live: str | None, index: str, *, spare_pinned: bool
) -> str | None:
    """Return None if the alias has moved, or how OpenSearch calls it that something got in its way."""
    try:
        spared = require_unpinned(client, live, live) if spare_pinned and live else []
        actions = plan_swap(client, pipeline, live, index, read_meta(client, index))
        return change_aliases(client, [*spared, *actions])
    except NotFoundError as error:
        raise ValueError(f"can't promote {index}: {error.error}") from error
    except SearchConnectionError:
        # Whether it was carried out before its answer was lost is told by what is live.
        if find_live(client, pipeline) != index:
            raise
        return None


def _note_swap(client: OpenSearch, expected: str | None, index: str, *, is_rollback: bool) -> None:
    """Write the new states down, for people; the alias has moved, whatever comes of this."""
    is_change = expected != index
    replaced = {"replaced": expected} if is_change and not is_rollback else {}
    try:
        update_meta(client, index, state="live", **replaced)
        if expected is not None and is_change:
            update_meta(client, expected, state="retired")
    except OpenSearchException as error:
        # A rollback by command must not wait for what only this needs.
        import structlog

        structlog.get_logger(__name__).warning(
            "the states after a swap are not written down", live=index, before=expected, error=str(error)
        )


def find_previous(client: OpenSearch, pipeline: str) -> str | None:
    """Return the version that a rollback would make live, or None.

    It is the one that the live version replaced. So what was taken back once doesn't return by a rollback of
    the version that came after it.
    """
    versions = list_versions(client, pipeline)
    live = next((version for version in versions if version["live"]), None)
    if live is None:
        return None
    served = [version["index"] for version in versions if was_live(version) and not version["live"]]
    if live["meta"].get("replaced") in served:
        return str(live["meta"]["replaced"])
    return next((index for index in reversed(served) if index < live["index"]), None)


def roll_back(client: OpenSearch, pipeline: "Pipeline", to: str | None = None) -> tuple[str, str]:
    """Make the version live again that was live before the present one, or another one that was once.

    Args:
        client: OpenSearch.
        pipeline: Whose alias moves.
        to: The version to go back to; None: the one before.

    Returns:
        The version taken back, and the one that is live now.

    Raises:
        ValueError: No earlier version is kept, or `to` is none that was ever live.
        LiveVersionMovedError: Another change came first; nothing was changed.
    """
    live = find_live(client, pipeline)
    if live is None:
        raise ValueError(f"{pipeline}: no version is live")
    candidates = [v["index"] for v in list_versions(client, pipeline) if was_live(v)]
    if to is not None and to not in candidates:
        raise ValueError(f"{to} was never live; there are: {', '.join(candidates)}")
    target = to or find_previous(client, pipeline)
    if target is None:
        raise ValueError(f"{pipeline}: no version before {live} is kept")
    swap(client, pipeline, live, target, is_rollback=True)
    return live, target
