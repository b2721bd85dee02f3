"""A question on its way: what to look for and for whom, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from processors.retrieval.namespaces import find_namespaces
from processors.retrieval.time_phrases import find_window

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    # The schema's module brings pyarrow, which the service has no use for.
    from processors.knowledge.chunk import Pipeline
    from processors.retrieval.hybrid import Hit
    from processors.retrieval.time_phrases import TimeWindow
    from processors.settings import Settings


@dataclass(frozen=True)
class Question:
    """What to look for, where, and for whom."""

    text: str
    pipelines: tuple[Pipeline, ...]
    k: int
    groups: tuple[str, ...]
    filters: Mapping[str, Any]
    window: TimeWindow | None = None
    namespaces: tuple[str, ...] = ()
    """What happened in others is left out."""
    asked: str = ""
    """A follow-up as it was asked; `text` is the whole question then."""
    weighs: bool = False
    """Whether to tell if anything speaks for an answer at all."""


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


@dataclass(frozen=True)
class Ranking:
    """What one pipeline found, and what speaks for an answer there, if that was asked."""

    hits: list[Hit]
    degraded: tuple[str, ...] = ()
    alike: str | None = None
    answerability: float | None = None


def read_question(settings: Settings, question: Question, now: datetime) -> Question:
    """Return a question with the window and the namespaces that its words name, unless filters do.

    Args:
        settings: Name the time zone of those who ask.
        question: As it was asked.
        now: What "yesterday" counts from.
    """
    if "namespace" not in question.filters:
        question = replace(question, namespaces=find_namespaces(question.text))
    if "observed_at" in question.filters:
        return question
    text, window = find_window(question.text, now, ZoneInfo(settings.retrieval.time_zone))
    return replace(question, text=text, window=window)
