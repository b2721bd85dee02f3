"""Index versions: immutable builds behind aliases, promoted and taken back by one atomic alias change.

A version is a family of indices: its base, which has the version's name, and the slices that
`processors/stores/slices.py` tells of. The base's `_meta` holds what the version was made from and its state:
`building → candidate → live → retired`, or `refused`. Which version is live is told by the alias alone; the
state is for people to read.
"""

from typing import Any, Final, TypedDict

from opensearchpy import NotFoundError, OpenSearch, RequestError

from processors.chunk import Pipeline
from processors.index_names import find_version, name_all_slices, name_slice, name_version, read_number

# OpenSearch reads 4,096 bytes of a request's first line, and a slice's name takes twenty.
_NAMES_PER_REQUEST: Final = 190

# Another change of the aliases came first: found out when the request arrives, or when it is carried out.
_CHANGED_MEANWHILE: Final = ("aliases_not_found_exception", "illegal_argument_exception")
_PROMOTION_TRIES: Final = 5


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


def create_version(client: OpenSearch, pipeline: Pipeline, meta: dict[str, Any]) -> str:
    """Create the next version, empty and in state `building`, and return its name.

    What an earlier build that was killed left behind is deleted first: only one build of a pipeline runs
    at a time, so a version that is still `building` or a `candidate` has no builder any more. Its number is
    not used again, for records in MLflow may name it.
    """
    numbers = [read_number(index) for index in client.indices.get_alias(index=f"{pipeline}-v*")]
    for version in list_versions(client, pipeline):
        if version["meta"].get("state") in ("building", "candidate") and not version["live"]:
            delete_version(client, version["index"])
    index = name_version(pipeline, max(numbers, default=0) + 1)
    client.indices.create(index=index, body={"mappings": {"_meta": {**meta, "state": "building"}}})
    return index


def delete_version(client: OpenSearch, version: str) -> None:
    """Delete a version with its slices; the base goes last, so that what a kill leaves is listed still."""
    slices = sorted(client.indices.get_alias(index=name_all_slices(version)))
    names = [*slices, version]
    for begin in range(0, len(names), _NAMES_PER_REQUEST):
        client.indices.delete(index=",".join(names[begin : begin + _NAMES_PER_REQUEST]))


def promote(client: OpenSearch, pipeline: Pipeline, index: str) -> str | None:
    """Make a version live by one atomic alias change, the base and all slices at once.

    Returns:
        The version that was live before.

    Raises:
        ValueError: There is no such version.
    """
    for remaining in reversed(range(_PROMOTION_TRIES)):
        previous = find_live(client, pipeline)
        try:
            client.indices.update_aliases(body={"actions": _plan_swap(client, pipeline, previous, index)})
            break
        except (NotFoundError, RequestError) as error:
            if error.error not in _CHANGED_MEANWHILE or not remaining:
                raise ValueError(f"can't promote {index}: {error.error}") from error
    update_meta(client, index, state="live")
    if previous is not None and previous != index:
        update_meta(client, previous, state="retired")
    return previous


def _plan_swap(
    client: OpenSearch, pipeline: Pipeline, previous: str | None, index: str
) -> list[dict[str, Any]]:
    """Return the actions that make a version live in place of another.

    OpenSearch takes a wildcard for the indices that match when the request arrives, and changes the aliases
    a moment later. A slice that gets its alias in between would keep it. The write alias moves with every
    slice that does, so it is taken away from where it must still be: if it isn't, nothing is changed.
    """
    actions: list[dict[str, Any]] = [{"add": {"index": f"{index}*", "alias": pipeline}}]
    if previous is not None and previous != index:
        actions += [
            {"remove": {"index": previous, "alias": pipeline, "must_exist": True}},
            {"remove": {"index": f"{previous}*", "alias": pipeline, "must_exist": False}},
        ]
    # Nothing is written to a version of documents once it is built.
    return actions if pipeline == "cag" else [*actions, *_move_write_alias(client, pipeline, index)]


def _move_write_alias(client: OpenSearch, pipeline: str, index: str) -> list[dict[str, Any]]:
    """Return the actions by which the write alias stands for the slice that a version's new chunks go to."""
    alias = f"{pipeline}-write"
    slice_ = name_slice(index, read_meta(client, index).get("slice", 1))
    target = slice_ if client.indices.exists(index=slice_) else index
    # Of all indices, because a name that no alias has is an error.
    indices = client.indices.get_alias(index=f"{pipeline}-v*")
    holders = [name for name, body in indices.items() if alias in body["aliases"]]
    removals = [{"remove": {"index": name, "alias": alias, "must_exist": True}} for name in holders]
    return [*removals, {"add": {"index": target, "alias": alias}}]


def roll_back(client: OpenSearch, pipeline: Pipeline) -> tuple[str, str]:
    """Make the version live again that was live before the present one.

    Returns:
        The version taken back, and the one that is live now.

    Raises:
        ValueError: No earlier version is kept.
    """
    versions = list_versions(client, pipeline)
    live = next((version for version in versions if version["live"]), None)
    if live is None:
        raise ValueError(f"{pipeline}: no version is live")
    earlier = [v for v in versions if v["number"] < live["number"] and v["meta"].get("state") == "retired"]
    if not earlier:
        raise ValueError(f"{pipeline}: no version before {live['index']} is kept")
    promote(client, pipeline, earlier[-1]["index"])
    return live["index"], earlier[-1]["index"]


def prune_versions(client: OpenSearch, pipeline: Pipeline, keep: int) -> list[str]:
    """Delete all but the newest `keep` versions, never the live one, and return the deleted names."""
    doomed = [v["index"] for v in list_versions(client, pipeline)[:-keep] if not v["live"]]
    for index in doomed:
        delete_version(client, index)
    return doomed
