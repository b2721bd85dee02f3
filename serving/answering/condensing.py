"""Condenses a conversation into one question: by rules or, if the settings say so, by the answering model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import openai
import structlog

from serving.answering.answer_history import recall_titles
from serving.answering.follow_ups import is_elliptical, needs_titles, rewrite_follow_up
from serving.clients.breaker import State
from serving.context.correlation import name_request
from serving.context.masking import mask_text
from serving.context.metrics import FOLLOW_UPS, time_stage
from serving.context.request_context import asking
from serving.faults import reading_answer
from serving.schemas import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.settings import Settings
    from serving.clients.lifespan import Clients

_PROMPT: Final = (Path(__file__).parent / "prompts" / "follow-up.v1.md").read_text(encoding="utf-8").strip()
# It quotes sources and rewrites nothing.
_EXTRACTIVE: Final = "extractive"
_TURNS: Final = 6
_LONGEST: Final = 300
_PATIENCE_S: Final = 3.0

log = structlog.get_logger(__name__)


async def condense_question(
    clients: Clients, settings: Settings, user: str, question: str, history: Sequence[dict[str, Any]]
) -> str | None:
    """Return a follow-up as a question that stands for itself, None if it does already.

    Args:
        clients: What to ask.
        settings: Of the platform.
        user: Who asks.
        question: Secrets masked.
        history: What was said before, secrets masked.
    """
    if not history or settings.answering.follow_ups == "off" or not is_elliptical(question):
        return None
    writes = settings.answering.model != _EXTRACTIVE and settings.answering.protocol == "openai"
    if settings.answering.follow_ups == "model" and writes:
        written = await _ask_model(clients, settings, question, history)
        if written:
            FOLLOW_UPS.labels("model").inc()
            return written
    titles: list[str] = []
    answers = [message for message in history if message.get("role") == "assistant"]
    if answers and needs_titles(question, history):
        titles = await recall_titles(clients, user, read_text(answers[-1]))
    condensed = rewrite_follow_up(question, history, titles)
    if condensed:
        FOLLOW_UPS.labels("rules").inc()
    return condensed


async def _ask_model(
    clients: Clients, settings: Settings, question: str, history: Sequence[dict[str, Any]]
) -> str | None:
    """Return what the model makes of a follow-up, None if it doesn't answer in time or in one line."""
    said = [message for message in history if message.get("role") in ("user", "assistant")][-_TURNS:]
    asked = {"role": "user", "content": f"Rewrite this question: {question}"}
    messages: Any = [{"role": "system", "content": _PROMPT}, *said, asked]
    if clients.guards.model.breaker.state is not State.CLOSED:
        return None
    try:
        # Past the breaker: that the model is slower than this patience doesn't show that it is down.
        with time_stage("follow_up"), asking(messages) as outcome, reading_answer():
            answer = await clients.model.chat.completions.create(
                model=settings.answering.model,
                messages=messages,
                temperature=0,
                max_tokens=100,
                timeout=_PATIENCE_S,
                extra_headers=name_request(),
            )
            text = str(answer.choices[0].message.content or "")
            outcome.note_chunk(answer.model_dump(exclude_none=True))
    except openai.OpenAIError as error:
        log.warning("the model rewrites no question, the rules do", error=str(error))
        return None
    lines = (await mask_text(text)).strip().splitlines()
    return lines[0].strip() if len(lines) == 1 and len(lines[0]) <= _LONGEST else None
