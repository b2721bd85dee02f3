"""What the tasks of an action's run return: read by the tasks behind them, and by the service, as JSON."""

from __future__ import annotations

from typing import Literal

from processors.knowledge.actions.binding import Proposal
from processors.knowledge.actions.request import Person, Value
from processors.knowledge.actions.sealing import Sealed

End = Literal["executed", "refused", "rejected", "expired", "failed", "unknown"]
"""How an action ended; `unknown` if it may have been done, and nobody can tell."""


class Proposed(Sealed):
    """Returned by `propose_task`: what would be done, or why nothing will be."""

    changing: bool
    proposal: Proposal | None = None
    refused: str = ""
    """Why, as a sentence in the request's language; empty if there is a proposal."""


class Done(Sealed):
    """Returned by `execute_task`, whatever came of the approval."""

    state: End
    output: str = ""
    """What the system said: masked and cut."""
    reason: str = ""
    """Why it isn't `executed`, as a sentence in the request's language."""
    approver: Person | None = None


class Undo(Sealed):
    """An action of the catalogue that takes another one back."""

    action: str
    parameters: dict[str, Value]


class Effect(Sealed):
    """What became of the alerts that fired for the target when the action began."""

    before: tuple[str, ...]
    after: tuple[str, ...] = ()
    """Those that still fire."""
    helped: bool | None = None
    """Whether all are gone; None where none fired, or nobody knows."""


class Verified(Sealed):
    """Returned by `verify_task`."""

    verified: bool | None
    """Whether it had the effect; None if there is nothing to look at."""
    told: str = ""
    """What was seen, as a sentence in the request's language."""
    noted: str = ""
    """The same in English, for the record."""
    rollback: Undo | None = None
    effect: Effect | None = None
