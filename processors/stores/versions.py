"""Index versions: immutable builds behind aliases, promoted and taken back by one atomic alias change.

A version is a family of indices: its base, which has the version's name, and the slices that
`processors/stores/slices.py` tells of. The base's `_meta` holds what the version was made from and its state:
`building → candidate → live → retired`, or `refused`. Which version is live is told by the alias alone; the
state is for people to read. Every change of what is live names what must be live before, and is made by one
request that changes nothing if it isn't.
"""

from typing import TYPE_CHECKING, Any, Final, TypedDict

from opensearchpy import ConnectionError as SearchConnectionError
from opensearchpy import NotFoundError, OpenSearch, OpenSearchException

from processors.index_names import find_pipeline, find_version, name_version, read_number
from processors.stores.aliases import change_aliases, plan_deletion, plan_swap
from processors.stores.indices import create_index
from processors.stores.pins import PinnedError, list_pinned, require_unpinned

if TYPE_CHECKING:
    # The schema's module brings pyarrow, and a rollback by command must not wait for that.
    from processors.chunk import Pipeline

UNFINISHED: Final = ("building", "candidate")
_WAS_LIVE: Final = ("live", "retired")
_TRIES: Final = 5


class LiveVersionMovedError(ValueError):
    """Another change of what is live came first."""


class Version(TypedDict):
    """One index version of a pipeline."""

    index: str
    number: int
    live: bool
    meta: dict[str, Any]


def list_versions(client: OpenSearch, pipeline: str) -> list[Version]:
    """Return all versions of a pipeline, oldest first."""
    live = find_live(client, pipeline)
    mappings = client.indices.get_mapping(index=f"{pipeline}-v*")
    return [
        Version(
            index=index,
            number=read_number(index),
            live=index == live,
            meta=body["mappings"].get("_meta", {}),
        )
        for index, body in sorted(mappings.items())
        if find_version(index) == index
    ]


def find_live(client: OpenSearch, pipeline: str) -> str | None:
    """Return the version that the read alias stands for, or None before the first promotion."""
    try:
        indices: dict[str, Any] = client.indices.get_alias(name=pipeline)
        return find_version(next(iter(indices)))
    except NotFoundError:
        return None


def read_meta(client: OpenSearch, index: str) -> dict[str, Any]:
    """Return what a version says of itself."""
    meta: dict[str, Any] = client.indices.get_mapping(index=index)[index]["mappings"].get("_meta", {})
    return meta


def update_meta(client: OpenSearch, index: str, **changes: Any) -> None:
    """Change some of what a version says of itself and keep the rest."""
    meta = {**read_meta(client, index), **changes}
    client.indices.put_mapping(index=index, body={"_meta": meta})


def create_version(client: OpenSearch, pipeline: "Pipeline", meta: dict[str, Any], index: str = "") -> str:
    """Create the next version, empty and in state `building`, and return its name.

    What an earlier build that was killed left behind is deleted first. Its number is not used again, for
    records in MLflow may name it. A build of the platform goes through `builds.begin_build`, which holds the
    pipeline's lease and chooses the name.

    Raises:
        BuildInProgressError: Another build lives.
        ValueError: There is another version of that name.
    """
    # Builds alone need it, and a rollback by command must not wait for what it brings.
    from processors.stores.build_lease import BuildInProgressError, find_builder, read_record

    builder = find_builder(client, pipeline)
    if builder and builder["index"] != index:
        raise BuildInProgressError(pipeline, builder)
    index = index or name_next(client, pipeline, read_record(client, pipeline)["last_number"])
    for name in list_unfinished(client, pipeline):
        delete_version(client, name)
    told = {**meta, "state": "building"}
    create_index(client, index, {"mappings": {"_meta": told}})
    if read_meta(client, index) != told:
        raise ValueError(f"{index} is there already, and was made from something else")
    return index


def name_next(client: OpenSearch, pipeline: str, last_number: int) -> str:
    """Return the name of the next version: its number is higher than any that was ever used."""
    numbers = [read_number(index) for index in client.indices.get_alias(index=f"{pipeline}-v*")]
    return name_version(pipeline, max([*numbers, last_number]) + 1)


def list_unfinished(client: OpenSearch, pipeline: str) -> list[str]:
    """Return the versions that are built or wait for their gate, or did when their builder died.

    An index that says nothing of itself is one of them: only a writer that was taken for dead makes such.
    """
    return [
        version["index"]
        for version in list_versions(client, pipeline)
        if version["meta"].get("state", "building") in UNFINISHED and not version["live"]
    ]


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
    for _ in range(_TRIES):
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


def promote(client: OpenSearch, pipeline: "Pipeline", index: str) -> str | None:
    """Make a version live in place of the one that is live now, whichever that is.

    Who has compared anything with what is live calls `swap` with that.

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
    for _ in range(_TRIES):
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


def was_live(version: Version) -> bool:
    """Tell whether a version was live once.

    Which one is live now is told by the alias. A state `live` without it is what an overlapping update of
    `_meta` or a kill right after a swap has left.
    """
    return version["meta"].get("state") in _WAS_LIVE


def roll_back(client: OpenSearch, pipeline: "Pipeline", to: str | None = None) -> tuple[str, str]:
    """Make the version live again that was live before the present one, or another one that was once.

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


def prune_versions(
    client: OpenSearch, pipeline: "Pipeline", keep: int, *, dry_run: bool = False
) -> list[str]:
    """Delete old versions, and return their names.

    Kept are the newest `keep` of those that were live, so that there is always one to go back to; a refused
    one while it is among the newest `keep` of all; and always what is live, pinned, or still being built.
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
