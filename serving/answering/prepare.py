"""From a conversation to an answer: find the question, choose where to look, recall or write the answer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from processors.retrieval.question.route import Route
from serving.answering.acting import act_on
from serving.answering.answer_cache import is_answer_cacheable, recall_answer
from serving.answering.answer_history import remember_when_read
from serving.answering.condensing import understand_question
from serving.answering.conversation import split_conversation
from serving.answering.offering import offer_actions
from serving.answering.routing import PIPELINES_BY_MODEL, ROUTED_MODEL, route_for
from serving.answering.traced import trace_when_read
from serving.answering.writing import answer_chat, answer_from
from serving.context.metrics import ABSTENTIONS, ANSWERS, DEGRADED, ROUTES
from serving.context.request_context import current_context
from serving.faults import UnknownModelError
from serving.retrieval.last_known import retrieve_or_recall
from serving.retrieval.question import Question
from serving.retrieval.shadow import begin_shadow_reads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.settings import Settings
    from serving.answering.answer import Answer
    from serving.clients.lifespan import Clients
    from serving.context.caller import Caller
    from serving.schemas import ChatRequest

# Four passages of each world when both are asked.
_RETRIEVED: Final = 8
_ANYTHING: Final[Mapping[str, Any]] = {}
# A log line is masked once more, where nobody else can go on meanwhile.
_LOGGED_CHARACTERS: Final = 500

log = structlog.get_logger(__name__)


async def prepare_answer(
    clients: Clients, settings: Settings, request: ChatRequest, caller: Caller, *, is_recorded: bool = True
) -> Answer:
    """Do all that can fail before the first word, and return the answer ready to be read.

    Args:
        clients: What to ask.
        settings: Of the platform.
        request: The conversation.
        caller: Who asks.
        is_recorded: Whether the question is written down, to be warmed in the next version.

    Raises:
        UnknownModelError: The request names none of our models.
        NoQuestionError: The conversation holds no question.
        ActionsDownError: It is a command, and Airflow doesn't answer.
        NoKnowledgeError: No pipeline that the model reads has a live version.
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached.
        openai.BadRequestError: The model refuses the request.
    """
    if request.model not in PIPELINES_BY_MODEL:
        raise UnknownModelError(f"The model {request.model!r} does not exist; GET /v1/models lists them.")
    text, history = await split_conversation(request.messages)
    if acted := await act_on(clients, settings, request, caller, text, history):
        context = current_context()
        context.question, context.answer_outcome = text, acted.outcome
        return acted
    return await answer_question(clients, settings, request, caller, text, history, is_recorded=is_recorded)


async def answer_question(
    clients: Clients,
    settings: Settings,
    request: ChatRequest,
    caller: Caller,
    text: str,
    history: list[dict[str, Any]],
    *,
    is_recorded: bool,
    filters: Mapping[str, Any] = _ANYTHING,
) -> Answer:
    """Return the answer to what is a question whatever it says: nothing in it begins an action.

    Args:
        clients: What to ask.
        settings: Of the platform.
        request: What shapes the answer.
        caller: Who asks.
        text: The question, its secrets masked.
        history: What was said before.
        is_recorded: As of `prepare_answer`.
        filters: As of `POST /v1/retrieve`: what is read at all.

    Raises:
        NoKnowledgeError: No pipeline that the model reads has a live version.
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached.
        openai.BadRequestError: The model refuses the request.
    """
    begun, context = time.time_ns(), current_context()
    context.question, context.model = text, request.model
    understood = await understand_question(clients, settings, caller.reader, text, history)
    route = route_for(request.model, understood.route)
    question = Question(
        understood,
        pipelines=route.pipelines,
        k=_RETRIEVED,
        groups=caller.groups,
        filters=filters,
        # A client's tools may know what we don't.
        weighs=settings.answering.abstain and not request.tools,
    )
    if understood.kind == "chat" and not request.tools:
        route = Route("both", "asks for nothing")
        return replace(answer_chat(settings, request, question), route=route, understood=understood)
    if is_recorded:
        clients.questions.record(question.text, question.groups, question.pipelines)
    answer = await _answer(clients, settings, request, question, history)
    found_nothing = answer.looked_at is not None and not _is_unknown(answer)
    if request.model == ROUTED_MODEL and route.name != "both" and found_nothing:
        route = Route("both", f"{route.reason}; there was nothing, so the rest was asked too")
        question = replace(question, pipelines=route.pipelines)
        answer = await _answer(clients, settings, request, question, history)
    ROUTES.labels(route.name).inc()
    _count_answer(answer)
    searched = question.text[:_LOGGED_CHARACTERS]
    log.info("answered", route=route.name, reason=route.reason, searched=searched)
    if is_recorded:
        begin_shadow_reads(clients, settings, question)
    answer = replace(answer, route=route, understood=understood)
    if not request.tools:
        answer = offer_actions(settings, caller, understood.language, answer)
    context.versions, context.cited = answer.findings.versions, answer.cited
    context.answer_outcome = answer.outcome
    answer = trace_when_read(question, answer, begun)
    return remember_when_read(clients, caller.reader, question, answer) if is_recorded else answer


def _is_unknown(answer: Answer) -> bool:
    """Tell whether it is known already that a place which the question names isn't known."""
    return bool(answer.findings.unknown_namespaces or answer.findings.reading)


def _count_answer(answer: Answer) -> None:
    """Count an answer by who wrote it, whether it says something, and each part that it was made without."""
    ANSWERS.labels(answer.model, answer.writer).inc()
    if answer.looked_at is not None:
        ABSTENTIONS.labels(answer.model).inc()
    for part in answer.degraded:
        DEGRADED.labels(part).inc()


async def _answer(
    clients: Clients,
    settings: Settings,
    request: ChatRequest,
    question: Question,
    history: list[dict[str, Any]],
) -> Answer:
    if is_answer_cacheable(settings, request, question):
        return await recall_answer(clients, settings, request, question)
    findings = await retrieve_or_recall(clients, settings, question)
    return await answer_from(clients, settings, request, question, history, findings)
