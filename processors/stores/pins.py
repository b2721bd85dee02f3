"""Pins: a pinned version is never pruned, and no build takes the alias off it, until a person unpins it.

A pin is an alias of the version's base, `pinned-cag` or `pinned-rag`. So it is set and taken away by one
request, it goes with the version, and no overlapping update of `_meta` can lose it. Why and by whom stands in
`_meta`, for people.
"""

from opensearchpy import NotFoundError, OpenSearch

from processors.index_names import find_pipeline
from processors.stores.aliases import change_aliases


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
    """
    change_aliases(client, [{"add": {"index": version, "alias": _name_pin(find_pipeline(version))}}])


def unpin(client: OpenSearch, version: str) -> bool:
    """Take a pin away, and tell whether there was one."""
    alias = _name_pin(find_pipeline(version))
    return (
        change_aliases(client, [{"remove": {"index": version, "alias": alias, "must_exist": True}}]) is None
    )


def _name_pin(pipeline: str) -> str:
    # Not a name that begins with the pipeline's: the service reads all aliases that do.
    return f"pinned-{pipeline}"
