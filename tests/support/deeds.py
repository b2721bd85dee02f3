"""What the tasks of an action's run do with its operation, without the run."""

import pytest

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.pipelines.actions.operation import Deed, Look
from processors.pipelines.actions.operations import OPERATIONS


def refused(deed: Deed) -> str:
    """Return the reason for which the rights don't suffice."""
    with pytest.raises(ActionRefusedError) as caught:
        OPERATIONS[deed.action.operation].rights(deed)
    return str(caught.value)


def look_at(deed: Deed) -> Look:
    """Return what the dry run says."""
    look = OPERATIONS[deed.action.operation].look
    assert look
    return look(deed)


def run(deed: Deed, look: Look | None = None) -> str:
    """Do it, and return what the system says."""
    return OPERATIONS[deed.action.operation].run(deed, look)


def do(deed: Deed) -> Look:
    """Look and run at once, as if somebody had approved."""
    look = look_at(deed)
    run(deed, look)
    return look


def is_marked(deed: Deed, look: Look) -> bool:
    """Tell whether its mark is at the target."""
    return OPERATIONS[deed.action.operation].find_mark(deed, look.target)


def verify(deed: Deed, look: Look) -> tuple[bool | None, str]:
    """Return whether it had its effect, and what was seen, in English."""
    seen = OPERATIONS[deed.action.operation].verify(deed, look.target)
    return seen.verified, seen.finding.tell("en") if seen.finding else ""
