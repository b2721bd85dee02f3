"""A command in the chat: read from the user's last message alone, begun, and told as its run goes on.

Nothing else can begin an action: no document, no earlier message, no output of a tool.
"""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from processors.knowledge.actions.catalogue import find_action
from processors.knowledge.actions.commands import read_command
from processors.knowledge.actions.refusal import ActionRefusedError, tell_refusal
from processors.retrieval.language import find_language
from serving.actions.approving import link_run
from serving.actions.seeing import read_seen_request
from serving.actions.setup import find_missing, require_airflow
from serving.actions.starting import begin_action, make_person
from serving.actions.status import Status, follow_status
from serving.actions.status_questions import find_asked_action
from serving.actions.words import choose_action_words
from serving.answering.action_text import describe_status, say_what_runs
from serving.answering.answer import Answer
from serving.answering.links import make_reader
from serving.context.metrics import ANSWERS
from serving.context.outcome import Outcome
from serving.faults import ActionsDownError, UnknownActionError
from serving.retrieval.question import Findings
from serving.schemas import ToldAction

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from processors.knowledge.actions.request import Request
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.context.caller import Caller
    from serving.schemas import ChatRequest

_ORDER: Final = re.compile(r"/do\b", re.IGNORECASE)


async def act_on(
    clients: Clients,
    settings: Settings,
    chat: ChatRequest,
    caller: Caller,
    text: str,
    history: Sequence[dict[str, Any]],
) -> Answer | None:
    """Return the answer to a command, or to who asks what became of one; None for any other message.

    Where actions aren't set up, plain words are a question as they were.

    Args:
        clients: Airflow among them.
        settings: Of the platform.
        chat: As it came.
        caller: Who asks.
        text: The last message of the user, its secrets masked.
        history: What was said before; it shows at most which action is asked about.

    Raises:
        ActionsDownError: Airflow doesn't answer.
    """
    if chat.messages[-1].role != "user" or (find_missing(settings) and not _ORDER.match(text)):
        return None
    language = find_language(text)
    own = choose_action_words(language)
    try:
        if key := find_asked_action(text, history):
            request = await read_seen_request(clients, settings, key, make_person(caller))
            return _tell(clients, settings, chat, caller, request, seconds=0)
        command = read_command(text)
        if command is None or (
            not _ORDER.match(text) and find_missing(settings, find_action(command.action).system)
        ):
            return None
        if chat.messages[-1].as_text().strip() != text:
            return _answer(settings, chat, caller, _say(own.not_taken))
        request = await begin_action(clients, settings, command, caller, source="chat", language=language)
    except ActionRefusedError as error:
        return _answer(settings, chat, caller, _say(tell_refusal(error, language)))
    except UnknownActionError:
        return _answer(settings, chat, caller, _say(own.no_action))
    return _tell(
        clients,
        settings,
        chat,
        caller,
        request,
        seconds=min(settings.actions.wait_seconds, settings.timeouts.request_seconds / 2),
    )


def _answer(
    settings: Settings,
    chat: ChatRequest,
    caller: Caller,
    text: AsyncGenerator[str, None],
    action: ToldAction | None = None,
) -> Answer:
    ANSWERS.labels(chat.model, "action").inc()
    return Answer(
        model=chat.model,
        text=text,
        cited=[],
        outcome=Outcome(),
        as_of=None,
        findings=Findings([], {}, ()),
        degraded=(),
        writer="action",
        reader=make_reader(settings, caller.groups),
        action=action,
    )


async def _say(sentence: str) -> AsyncGenerator[str, None]:
    yield sentence


def _tell(
    clients: Clients,
    settings: Settings,
    chat: ChatRequest,
    caller: Caller,
    request: Request,
    *,
    seconds: float,
) -> Answer:
    """Return the answer that says how far an action is, or how it ended if it does so within some seconds."""
    told = ToldAction(
        key=request.key, action=request.action, state="queued", url=link_run(settings, request.key)
    )

    async def read() -> AsyncGenerator[str, None]:
        own, status = choose_action_words(request.language), Status(request.key)
        if seconds and not find_action(request.action).changing:
            yield say_what_runs(request)
        try:
            airflow = require_airflow(clients, settings)
            async with aclosing(follow_status(airflow, request.key, seconds)) as known:
                async for status in known:
                    told["state"] = status.state
        except ActionsDownError:
            # What was begun goes on without us.
            yield f"{own.lost}\n\n"
        yield "\n\n".join(describe_status(settings, request, status))

    return _answer(settings, chat, caller, read(), told)
