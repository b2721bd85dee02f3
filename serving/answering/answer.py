"""An answer in the making: whose text is still to be read, and what is known of it meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from processors.retrieval.question.route import Route
from serving.answering.claims import ClaimCheck
from serving.schemas import make_identity

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from processors.retrieval.hybrid import Hit
    from processors.retrieval.question.understanding import Understood
    from serving.answering.links import Reader
    from serving.context.outcome import Outcome
    from serving.retrieval.question import Findings
    from serving.schemas import ToldAction

Writer: TypeAlias = Literal["model", "passages", "cache", "action", "nobody"]
"""Who wrote an answer: the cache if it is remembered, nobody if it only says that nothing is known."""
UNROUTED: Final = Route("both", "not routed")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer whose text is still to be read; `cited`, `outcome` and `check` fill up while it is."""

    identity: str = field(default_factory=make_identity)
    created: int = field(default_factory=lambda: int(time.time()))
    model: str
    text: AsyncGenerator[str, None]
    cited: list[Hit]
    outcome: Outcome
    as_of: str | None
    findings: Findings
    degraded: tuple[str, ...]
    writer: Writer
    reader: Reader
    check: ClaimCheck = field(default_factory=ClaimCheck)
    looked_at: tuple[str, ...] | None = None
    """Titles of what was nearest, if the answer only says that nothing is known."""
    route: Route = UNROUTED
    action: ToldAction | None = None
    """The action that it tells of; its state is known when the text has been read."""
    understood: Understood | None = None
    """What the question means; None while that is nobody's concern."""
