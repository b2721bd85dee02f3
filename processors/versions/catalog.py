"""Which index versions there are, which one is live, and what each says of itself.

A version is a family of indices: its base, which has the version's name, and the slices that
`processors/versions/slices.py` tells of. The base's `_meta` holds what the version was made from and its
state: `building → candidate → live → retired`, or `refused`. Which version is live is told by the alias
alone; the state is for people to read.
"""

import threading
from typing import TYPE_CHECKING, Any, Final, TypedDict

from opensearchpy import NotFoundError, OpenSearch

from processors.versions.names import find_version, own_meta, parse_pipeline, read_number

if TYPE_CHECKING:
    # The schema's module brings pyarrow, and a rollback by command must not wait for that.
    from processors.knowledge.chunk import Pipeline

UNFINISHED: Final = ("building", "candidate")
_WAS_LIVE: Final = ("live", "retired")

# While a candidate is measured, another thread moves its positions: what one writes, the other must not undo.
_CHANGING: Final = threading.Lock()


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
            meta=own_meta(index, body["mappings"]),
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
    return own_meta(index, client.indices.get_mapping(index=index)[index]["mappings"])


def update_meta(client: OpenSearch, index: str, **changes: Any) -> None:
    """Change some of what a version says of itself and keep the rest."""
    with _CHANGING:
        meta = {**read_meta(client, index), **changes}
        client.indices.put_mapping(index=index, body={"_meta": meta})


def list_unfinished(client: OpenSearch, pipeline: str) -> list[str]:
    """Return the versions that are built or wait for their gate, or did when their builder died.

    An index that says nothing of itself is one of them: a writer that was taken for dead makes such, or a
    builder that was killed while it cloned another version.
    """
    return [
        version["index"]
        for version in list_versions(client, pipeline)
        if version["meta"].get("state", "building") in UNFINISHED and not version["live"]
    ]


def require_version(client: OpenSearch, version: str) -> "Pipeline":
    """Return the pipeline of a version that is there.

    Raises:
        ValueError: There is no such version; the message names those that there are.
    """
    pipeline = parse_pipeline(version)
    names = [held["index"] for held in list_versions(client, pipeline)]
    if version not in names:
        raise ValueError(f"there is no {version}; there are: {', '.join(names) or 'none'}")
    return pipeline


def was_live(version: Version) -> bool:
    """Tell whether a version was live once.

    Which one is live now is told by the alias. A state `live` without it is what an overlapping update of
    `_meta` or a kill right after a swap has left.
    """
    return version["meta"].get("state") in _WAS_LIVE
