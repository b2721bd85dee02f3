"""The first task: what would be done, with whose rights, and what it would change. It changes nothing."""

from datetime import UTC, datetime, timedelta

from processors.knowledge.actions.audit import make_entry
from processors.knowledge.actions.binding import Proposal, make_proposal
from processors.knowledge.actions.catalogue import build_command
from processors.knowledge.actions.policy import load_policy
from processors.knowledge.actions.refusal import ActionRefusedError, tell_refusal
from processors.knowledge.actions.results import Proposed
from processors.pipelines.actions.asked import Run, open_deed, read_asked, require_recent
from processors.pipelines.actions.operation import Deed, Look
from processors.pipelines.actions.operations import OPERATIONS
from processors.settings import Settings
from processors.stores.actions.audit import append_entry
from processors.stores.search import open_search


def propose(settings: Settings, run: Run) -> Proposed:
    """Return what would be done, or why nothing will be; both are recorded.

    Args:
        settings: Of the platform.
        run: Of the DAG.

    Raises:
        httpx.TransportError: A system is unreachable, and trying again may help.
    """
    now, client = datetime.now(UTC), open_search(settings.opensearch)
    try:
        request = read_asked(settings, run, load_policy(settings.actions.policy_file))
    except ActionRefusedError as error:
        # Whose it is and what it asks for isn't known for sure, so there is nothing to record of it.
        return Proposed(changing=False, refused=str(error))
    try:
        require_recent(settings, request, now)
        deed = open_deed(settings, run)
        proposal, _ = look(deed, now + timedelta(seconds=settings.actions.expires_seconds))
    except ActionRefusedError as error:
        append_entry(client, make_entry("refused", request, now, reason=str(error)))
        return Proposed(changing=False, refused=tell_refusal(error, request.language))
    append_entry(client, make_entry("proposed", deed.request, now, proposal=proposal))
    return Proposed(changing=deed.action.changing, proposal=proposal)


def look(deed: Deed, expires_at: datetime) -> tuple[Proposal, Look | None]:
    """Return what would be done now, with what is known of the target.

    Args:
        deed: What is asked for.
        expires_at: Until when it may be approved and done.

    Raises:
        ActionRefusedError: The proposer has no right to do it, or the system refuses the dry run.
    """
    operation = OPERATIONS[deed.action.operation]
    rights = operation.rights(deed)
    seen = operation.look(deed) if operation.look else None
    proposal = make_proposal(
        deed.request,
        target=seen.target if seen else None,
        command=build_command(deed.action, deed.parameters),
        rights=rights,
        dry_run=seen.dry_run if seen else "",
        expires_at=expires_at,
    )
    return proposal, seen
