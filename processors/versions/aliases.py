"""What one `_aliases` request must hold so that it changes what it is meant to change, or nothing at all.

OpenSearch carries out all actions of a request or none. An action that takes an alias away from where it must
still be makes the whole request a comparison: it fails if somebody else moved the alias first.
"""

from typing import TYPE_CHECKING, Any, Final

from opensearchpy import OpenSearch, TransportError

from processors.versions.names import name_slice

if TYPE_CHECKING:
    # The schema's module brings pyarrow, and a rollback by command must not wait for that.
    from processors.knowledge.chunk import Pipeline

Action = dict[str, dict[str, Any]]

TRIES: Final = 5
"""How often a change of aliases is made when something else got in its way."""

# Another change of the aliases came first: found out when the request arrives, or when it is carried out; the
# last is said, as an error of the server's own, where an alias would get a second write index.
_CHANGED_MEANWHILE: Final = (
    "aliases_not_found_exception",
    "illegal_argument_exception",
    "illegal_state_exception",
)


class LiveVersionMovedError(ValueError):
    """Another change of what is live came first."""


def change_aliases(client: OpenSearch, actions: list[Action]) -> str | None:
    """Carry out all actions or none.

    Returns:
        None, or how OpenSearch calls it that the aliases are no longer what the actions expect.

    Raises:
        opensearchpy.exceptions.NotFoundError: An index is gone.
    """
    try:
        client.indices.update_aliases(body={"actions": actions})
        return None
    except TransportError as error:
        if error.error not in _CHANGED_MEANWHILE:
            raise
        return str(error.error)


def plan_swap(
    client: OpenSearch, pipeline: "Pipeline", previous: str | None, index: str, meta: dict[str, Any]
) -> list[Action]:
    """Return the actions that make a version live in place of another, the base and all slices at once.

    OpenSearch takes a wildcard for the indices that match when the request arrives, and changes the aliases
    a moment later. A slice that gets its alias in between would keep it. The write alias moves with every
    slice that does, so it is taken away from where it must still be: if it isn't, nothing is changed.

    Of all indices under an alias one at most can be its write index. So even where nothing is live yet, two
    versions can't both become it: the write alias is taken only from where it was while nothing was live.

    Args:
        client: OpenSearch.
        pipeline: Whose alias moves.
        previous: What must still be live, or None where nothing is.
        index: What becomes live.
        meta: What that version says of itself; names its newest slice.

    Raises:
        LiveVersionMovedError: Something is live meanwhile where nothing was.
    """
    actions: list[Action] = [{"add": {"index": f"{index}*", "alias": pipeline}}]
    if previous is not None and previous != index:
        actions += [
            {"remove": {"index": previous, "alias": pipeline, "must_exist": True}},
            {"remove": {"index": f"{previous}*", "alias": pipeline, "must_exist": False}},
        ]
    # Nothing is written to a version of documents once it is built, so its one alias is for both.
    if pipeline == "cag":
        return [*actions, _add_base(pipeline, index)]
    return [*actions, *_move_write_alias(client, pipeline, previous, index, meta)]


def plan_deletion(pipeline: str, live: str | None, version: str) -> list[Action]:
    """Return the actions that delete a version with its slices, if `live` is still what is live then.

    Args:
        pipeline: Whose version it is.
        live: What must still be live, or None where nothing is.
        version: What is deleted.
    """
    kept = _keep_alias(pipeline, live) if live else []
    return [*kept, {"remove_index": {"index": f"{version}*"}}]


def _keep_alias(pipeline: str, live: str) -> list[Action]:
    # Taking away what must exist is the condition; it is given back by the same change.
    return [
        {"remove": {"index": live, "alias": pipeline, "must_exist": True}},
        _add_base(pipeline, live),
    ]


def _add_base(pipeline: str, index: str) -> Action:
    return {"add": {"index": index, "alias": pipeline, "is_write_index": pipeline == "cag"}}


def _move_write_alias(
    client: OpenSearch, pipeline: str, previous: str | None, index: str, meta: dict[str, Any]
) -> list[Action]:
    """Return the actions by which the write alias stands for the slice that a version's new chunks go to."""
    alias = f"{pipeline}-write"
    slice_ = name_slice(index, meta.get("slice", 1))
    target = slice_ if client.indices.exists(index=slice_) else index
    # Of all indices, because a name that no alias has is an error.
    indices = client.indices.get_alias(index=f"{pipeline}-v*")
    # One answer tells both: whoever went live since `previous` was read holds the write alias by right.
    if previous is None and any(pipeline in body["aliases"] for body in indices.values()):
        raise LiveVersionMovedError(f"{index} was not made live: another version of {pipeline} just was")
    holders = [name for name, body in indices.items() if alias in body["aliases"]]
    removals: list[Action] = [
        {"remove": {"index": name, "alias": alias, "must_exist": True}} for name in holders
    ]
    return [*removals, {"add": {"index": target, "alias": alias, "is_write_index": True}}]
