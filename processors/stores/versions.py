"""Index versions: immutable builds behind aliases, promoted and taken back by one atomic alias change.

A version's `_meta` holds what it was made from and its state: `building → candidate → live → retired`, or
`refused`. Which version is live is told by the alias alone; the state is for people to read.
"""

from typing import Any, TypedDict

from opensearchpy import NotFoundError, OpenSearch, RequestError

from processors.chunk import Pipeline


class Version(TypedDict):
    """One index version of a pipeline."""

    index: str
    number: int
    live: bool
    meta: dict[str, Any]


def list_versions(client: OpenSearch, pipeline: Pipeline) -> list[Version]:
    """Return all versions of a pipeline, oldest first."""
    live = find_live(client, pipeline)
    mappings = client.indices.get_mapping(index=f"{pipeline}-v*")
    return [
        Version(
            index=index,
            number=int(index.removeprefix(f"{pipeline}-v")),
            live=index == live,
            meta=body["mappings"].get("_meta", {}),
        )
        for index, body in sorted(mappings.items())
    ]


def find_live(client: OpenSearch, pipeline: Pipeline) -> str | None:
    """Return the index that the read alias stands for, or None before the first promotion."""
    try:
        indices: dict[str, Any] = client.indices.get_alias(name=pipeline)
        return next(iter(indices))
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
    versions = list_versions(client, pipeline)
    for version in versions:
        if version["meta"].get("state") in ("building", "candidate") and not version["live"]:
            client.indices.delete(index=version["index"])
    number = max((version["number"] for version in versions), default=0) + 1
    index = f"{pipeline}-v{number:06d}"
    client.indices.create(index=index, body={"mappings": {"_meta": {**meta, "state": "building"}}})
    return index


def promote(client: OpenSearch, pipeline: Pipeline, index: str) -> str | None:
    """Make a version live by one atomic alias change.

    Returns:
        The version that was live before.

    Raises:
        ValueError: There is no such version.
    """
    previous = find_live(client, pipeline)
    aliases = [pipeline, "rag-write"] if pipeline == "rag" else [pipeline]
    actions: list[dict[str, Any]] = [{"add": {"index": index, "alias": alias}} for alias in aliases]
    if previous is not None and previous != index:
        actions += [{"remove": {"index": previous, "alias": alias}} for alias in aliases]
    try:
        client.indices.update_aliases(body={"actions": actions})
    except (NotFoundError, RequestError) as error:
        raise ValueError(f"can't promote {index}: {error.error}") from error
    update_meta(client, index, state="live")
    if previous is not None and previous != index:
        update_meta(client, previous, state="retired")
    return previous


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
        client.indices.delete(index=index)
    return doomed
