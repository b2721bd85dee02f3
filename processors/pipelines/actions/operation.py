"""What an operation of the catalogue consists of, whichever system it is about.

One that only reads needs `rights` and `run`. One that changes something is looked at before it is approved
and again before it runs (`look`). The call that changes something leaves a mark, by which `find_mark` tells
whether it was done; afterwards it is looked at again (`verify`).
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.catalogue import Action
from processors.knowledge.actions.findings import Finding
from processors.knowledge.actions.policy import Policy
from processors.knowledge.actions.request import Request, Value
from processors.knowledge.actions.results import Undo
from processors.settings import Settings


class Deed(NamedTuple):
    """What is to be done, for whom, and with what."""

    request: Request
    action: Action
    settings: Settings
    policy: Policy

    @property
    def groups(self) -> tuple[str, ...]:
        """Those of the proposer that clusters know: they have the person's rights there."""
        return tuple(group for group in self.request.proposer.groups if group in self.policy.groups)

    @property
    def parameters(self) -> Mapping[str, Value]:
        """What the action is told."""
        return self.request.parameters

    def get(self, name: str, default: str = "") -> str:
        """Return a parameter as text."""
        return str(self.request.parameters.get(name, default))


class Look(NamedTuple):
    """What would be changed, and how; the same each time while nothing changes."""

    target: Target
    dry_run: str
    undo: Undo | None = None
    """What takes it back: known only before."""


def _leave_no_mark(_deed: Deed, _target: Target) -> bool:
    return False


class Seen(NamedTuple):
    """What was seen of the target afterwards."""

    verified: bool | None
    """Whether it is as it should be; None if there is nothing to look at."""
    finding: Finding | None = None
    undo: Undo | None = None
    """What takes it back, where that is known only afterwards."""


def _verify_nothing(_deed: Deed, _target: Target) -> Seen:
    return Seen(None)


class Operation(NamedTuple):
    """The functions behind an entry of the catalogue.

    Each raises ActionRefusedError where the system refuses, and nothing was changed then.
    """

    rights: Callable[[Deed], str]
    """With whose rights it would run; refused if they don't suffice."""
    run: Callable[[Deed, Look | None], str]
    """Do it, and return what the system says."""
    look: Callable[[Deed], Look] | None = None
    find_mark: Callable[[Deed, Target], bool] = _leave_no_mark
    verify: Callable[[Deed, Target], Seen] = _verify_nothing
