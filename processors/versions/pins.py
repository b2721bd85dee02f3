"""Pins: a pinned version is never pruned, and no build takes the alias off it, until a person unpins it.

A pin is an alias of the version's base, `pinned-cag` or `pinned-rag`. So it is set and taken away by one
request, it goes with the version, and no overlapping update of `_meta` can lose it. Why and by whom stands in
`_meta`, for people.

A change of aliases can ask for what is there, but not for what is not. So whoever may change a version only
while it is not pinned sets a mark first, then looks for a pin, and takes the mark away by the change itself,
which fails if the mark is gone. Pinning takes the mark away. Whichever comes first, the other one sees it.
"""

from opensearchpy import NotFoundError, OpenSearch

from processors.versions.aliases import Action, change_aliases
from processors.versions.names import find_pipeline


class PinnedError(ValueError):
    """A version is pinned, so it stays where it is."""

    def __init__(self, version: str) -> None:
        """Say what helps."""
        super().__init__(
            f"{version} is pinned, so no build takes its place; when one may: make versions "
            f'ARGS="unpin {version}", then run the pipeline'
        )


def list_pinned(client: OpenSearch, pipeline: str) -> list[str]:
    """Return the pinned versions of a pipeline, oldest first."""
    try:
        return sorted(client.indices.get_alias(name=_name_pin(pipeline)))
    except NotFoundError:
        return []


def pin(client: OpenSearch, version: str) -> None:
    """Pin a version; harmless to repeat.

    Raises:
        opensearchpy.exceptions.NotFoundError: There is no such version.
        RuntimeError: OpenSearch refuses.
    """
    pipeline = find_pipeline(version)
    mark = {"index": f"{pipeline}-v*", "alias": _name_mark(version), "must_exist": False}
    pinned = {"index": version, "alias": _name_pin(pipeline)}
    refused = change_aliases(client, [{"remove": mark}, {"add": pinned}])
    if refused:
        raise RuntimeError(f"{version} was not pinned: {refused}")


def unpin(client: OpenSearch, version: str) -> bool:
    """Take a pin away, and tell whether there was one."""
    pipeline = find_pipeline(version)
    if version not in list_pinned(client, pipeline):
        return False
    # Not "must exist": the client sends a request again whose answer was lost.
    pinned = {"index": version, "alias": _name_pin(pipeline), "must_exist": False}
    change_aliases(client, [{"remove": pinned}])
    return True


def require_unpinned(client: OpenSearch, version: str, place: str) -> list[Action]:
    """See that a version is not pinned, and return the actions by which a change fails if it is by then.

    Args:
        client: OpenSearch.
        version: What must not be pinned.
        place: An index that is there after the change, where the mark is set.

    Raises:
        PinnedError: It is pinned.
        opensearchpy.exceptions.NotFoundError: The place is gone.
    """
    mark = {"index": place, "alias": _name_mark(version)}
    change_aliases(client, [{"add": mark}])
    if version in list_pinned(client, find_pipeline(version)):
        change_aliases(client, [{"remove": {**mark, "must_exist": False}}])
        raise PinnedError(version)
    return [{"remove": {**mark, "must_exist": True}}]


def _name_pin(pipeline: str) -> str:
    # Not a name that begins with the pipeline's: the service reads all aliases that do.
    return f"pinned-{pipeline}"


def _name_mark(version: str) -> str:
    return f"unpinned-{version}"
