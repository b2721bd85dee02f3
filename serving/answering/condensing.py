"""A question in its conversation: rules, or the model where the settings say so, make a follow-up whole."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import openai
import structlog

from processors.retrieval.question.understanding import understand
from serving.answering.answer_history import recall_titles
from serving.clients.breaker import State
from serving.context.correlation import name_request
from serving.context.masking import mask_text
from serving.context.metrics import FOLLOW_UPS, time_stage
from serving.context.request_context import asking
from serving.faults import reading_answer
from serving.schemas import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.retrieval.question.understanding import Understood
    from processors.settings import Settings
    from serving.clients.lifespan import Clients

_PROMPT: Final = (Path(__file__).parent / "prompts" / "follow-up.v1.md").read_text(encoding="utf-8").strip()
# It quotes sources and rewrites nothing.
_EXTRACTIVE: Final = "extractive"
_TURNS: Final = 6
_LONGEST: Final = 300
_PATIENCE_S: Final = 3.0

log = structlog.get_logger(__name__)


async def understand_question(
    clients: Clients, settings: Settings, user: str, question: str, history: Sequence[dict[str, Any]]
) -> Understood:
    """Return what a question means that may go on with what was said before.

    Args:
        clients: What to ask.
        settings: Of the platform.
        user: Who asks.
        question: Secrets masked.
        history: What was said before, secrets masked.
    """
    read = partial(understand, question, datetime.now(UTC), ZoneInfo(settings.retrieval.time_zone))
    if not history or settings.answering.follow_ups == "off":
        return read()
    before = [read_text(message) for message in history if message.get("role") == "user"]
    understood = read(before=before)
    if not understood.is_elliptical:
        return understood
    writes = settings.answering.model != _EXTRACTIVE and settings.answering.protocol == "openai"
    if settings.answering.follow_ups == "model" and writes:
        written = await _ask_model(clients, settings, question, history)
        if written:
            FOLLOW_UPS.labels("model").inc()
            return read(rewritten=written)
    answers = [message for message in history if message.get("role") == "assistant"]
    if answers and understood.needs_titles:
        titles = await recall_titles(clients, user, read_text(answers[-1]))
        understood = read(before=before, titles=titles)
    if understood.rewritten:
        FOLLOW_UPS.labels("rules").inc()
    return understood


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
