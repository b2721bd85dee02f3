"""A question on its way: what to look for and for whom, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.retrieval.question.veiling import veil_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    # The schema's module brings pyarrow, which the service has no use for.
    from processors.knowledge.chunk import Pipeline
    from processors.retrieval.hybrid import Hit
    from processors.retrieval.question.time_window import TimeWindow
    from processors.retrieval.question.understanding import Understood
    from processors.retrieval.readings.reading import Reading


@dataclass(frozen=True)
class Question:
    """What to look for, where, and for whom; a filter goes before what the words say."""

    understood: Understood
    pipelines: tuple[Pipeline, ...]
    k: int
    groups: tuple[str, ...]
    filters: Mapping[str, Any]
    weighs: bool = False
    """Whether to tell if anything speaks for an answer at all."""

    @property
    def text(self) -> str:
        """The whole question."""
        return self.understood.text

    @property
    def searched(self) -> str:
        """What is searched for: without the words that say the window."""
        return self.text if "observed_at" in self.filters else self.understood.without_time

    @property
    def wording(self) -> str:
        """What tells what is wanted: `searched` with its names veiled."""
        return veil_names(self.searched)

    @property
    def window(self) -> TimeWindow | None:
        """What happened at other times is left out."""
        return None if "observed_at" in self.filters else self.understood.window

    @property
    def namespaces(self) -> tuple[str, ...]:
        """What happened in others is left out."""
        return () if "namespace" in self.filters else self.understood.namespaces


@dataclass(frozen=True)
class Findings:
    """What was found, in which versions, in which time, and which parts were missing while looking."""

    hits: list[Hit]
    versions: dict[str, str | None]
    degraded: tuple[str, ...]
    window: TimeWindow | None = None
    alike: str | None = None
    """The question, the same in other words, whose cached hits these are."""
    answerable: bool | None = None
    """Whether anything speaks for an answer, None if that wasn't asked or can't be told."""
    unknown_namespaces: tuple[str, ...] = ()
    """Those that the question names, if nothing of what happened is of any of them."""
    reading: Reading | None = None
    """What the index says by the reading of the question's kind, if it has one."""


@dataclass(frozen=True)
class Ranking:
    """What one pipeline found, and what speaks for an answer there, if that was asked."""

    hits: list[Hit]
    degraded: tuple[str, ...] = ()
    alike: str | None = None
    answerability: float | None = None
