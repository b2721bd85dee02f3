"""The live version of an index is taken back, as the DAG roll_back_version does it."""

from typing import TYPE_CHECKING, Final, cast

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.findings import make_finding
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.pipelines.actions.monitoring import allow_all
from processors.pipelines.actions.operation import Deed, Look, Operation, Seen
from processors.stores.search import open_search
from processors.versions import catalog, operations, swaps
from processors.versions.operations import Asker

if TYPE_CHECKING:
    from processors.knowledge.chunk import Pipeline


def _pipeline(deed: Deed) -> "Pipeline":
    return cast("Pipeline", deed.get("pipeline"))


def _look(deed: Deed) -> Look:
    client, pipeline = open_search(deed.settings.opensearch), _pipeline(deed)
    live, previous = catalog.find_live(client, pipeline), swaps.find_previous(client, pipeline)
    if live is None or previous is None:
        raise ActionRefusedError("not_found", what=f"a version of {pipeline} to go back to")
    target = Target(kind="IndexVersion", name=live, resource_version=previous)
    return Look(target, f"- {pipeline}: {live} is live\n+ {pipeline}: {previous} is live")


def _roll_back(deed: Deed, look: Look | None) -> str:
    if look is None:
        raise ActionRefusedError("changed", what="the target")
    client = open_search(deed.settings.opensearch)
    asker = Asker(deed.request.proposer.user, f"action {deed.request.key}")
    try:
        return operations.roll_back(
            client, deed.settings, _pipeline(deed), asker, look.target.resource_version
        )
    except ValueError as error:
        raise ActionRefusedError("system_refused", system="Runlore", what=str(error)) from error


def _was_taken_back(deed: Deed, target: Target) -> bool:
    """Tell whether this action took the version back: its note says who, and by which action."""
    client = open_search(deed.settings.opensearch)
    note = catalog.read_meta(client, target.name).get("taken_back") or {}
    return bool(note.get("reason") == f"action {deed.request.key}")


def _verify(deed: Deed, target: Target) -> Seen:
    live = catalog.find_live(open_search(deed.settings.opensearch), _pipeline(deed))
    return Seen(live == target.resource_version, make_finding("live", version=live))


INDEX_ROLLBACK: Final = Operation(allow_all, _roll_back, _look, _was_taken_back, _verify)
