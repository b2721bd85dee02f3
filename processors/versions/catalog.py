"""Index versions: immutable builds behind aliases. What is live is changed in `swaps.py`.

A version is a family of indices: its base, which has the version's name, and the slices that
`processors/versions/slices.py` tells of. The base's `_meta` holds what the version was made from and its
state: `building → candidate → live → retired`, or `refused`. Which version is live is told by the alias
alone; the state is for people to read.
"""

from typing import TYPE_CHECKING, Any, Final, TypedDict

from opensearchpy import NotFoundError, OpenSearch

from processors.stores.indices import create_index
from processors.versions.aliases import change_aliases, plan_deletion
from processors.versions.names import find_pipeline, find_version, name_version, read_number
from processors.versions.pins import PinnedError, list_pinned, require_unpinned

if TYPE_CHECKING:
    # The schema's module brings pyarrow, and a rollback by command must not wait for that.
    from processors.chunk import Pipeline

UNFINISHED: Final = ("building", "candidate")
_WAS_LIVE: Final = ("live", "retired")
TRIES: Final = 5
"""How often a change of aliases is made when something else got in its way."""


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
    from processors.versions.leases import BuildInProgressError, find_builder, read_record

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


def was_live(version: Version) -> bool:
    """Tell whether a version was live once.

    Which one is live now is told by the alias. A state `live` without it is what an overlapping update of
    `_meta` or a kill right after a swap has left.
    """
    return version["meta"].get("state") in _WAS_LIVE


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
