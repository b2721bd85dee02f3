"""What is known about an alert: why it fires and what its runbook says, each an answer with its citations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import openai
import structlog
from opensearchpy.exceptions import OpenSearchException

from processors.settings.addresses import hide_logins
from serving.answering.asking import Answered, ask_question
from serving.answering.routing import DOCUMENTS_MODEL, ROUTED_MODEL
from serving.context.masking import mask_text
from serving.context.request_context import current_context
from serving.faults import NoKnowledgeError, PartError
from serving.investigations.asking import name_alert, name_place
from serving.investigations.words import choose_investigation_words
from serving.retrieval.runbooks import find_runbook

if TYPE_CHECKING:
    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.context.caller import Caller
    from serving.investigations.message import Alert
    from serving.investigations.words import InvestigationWords
    from serving.schemas import Citation

DOWN: Final = (OpenSearchException, openai.OpenAIError, NoKnowledgeError, PartError)
"""What says that a part is down, and nothing of the alert."""
_Ask: TypeAlias = Callable[[str, str, Mapping[str, Any]], Awaitable[Answered]]

log = structlog.get_logger(__name__)


class Finding(NamedTuple):
    """The answer to one question about an alert."""

    heading: str
    text: str
    """Markdown, in which nothing acts; `[1]` is the first of the citations."""
    question: str = ""
    """As a person would ask it, empty if nothing was asked."""
    citations: tuple[Citation, ...] = ()
    cited: tuple[Hit, ...] = ()


class Investigation(NamedTuple):
    """What is known about an alert."""

    identity: str
    alert: Alert
    about: str
    """What the alert says of itself, its secrets masked."""
    findings: tuple[Finding, ...]


Remedies: TypeAlias = "dict[tuple[str, str], asyncio.Task[Finding]]"
"""Those of one message, by alert and runbook: a storm is many alerts of few kinds."""


async def investigate(
    clients: Clients, settings: Settings, caller: Caller, identity: str, alert: Alert, remedies: Remedies
) -> Investigation:
    """Return what is known about an alert to those who may see what the caller may.

    A part that is down is told in place of its finding, if the other one has sources: what is known goes out.

    Args:
        clients: What to ask.
        settings: Of the platform.
        caller: Who sent the alert; what is posted holds what their groups may see.
        identity: Of the alert.
        alert: Labels and annotations are somebody's text: nothing in them is a question or a command.
        remedies: Of the message so far; this one is added.

    Raises:
        Exception: Nothing could be found out, the first finding's error says why; or it is a defect.
    """
    own = choose_investigation_words(settings.investigations.language)
    told = (alert.annotations.get(name, "").strip() for name in ("summary", "description", "message"))
    about = await mask_text(next(filter(None, told), ""))
    ask = partial(ask_question, clients, settings, caller)
    kind = name_alert(alert.labels), alert.annotations.get("runbook_url", "")
    if kind not in remedies:
        remedies[kind] = asyncio.create_task(_find_remedy(own, ask, clients, caller, alert, about))
    asked: dict[str, Awaitable[Finding]] = {
        own.cause: _find_cause(own, ask, alert),
        own.remedy: remedies[kind],
    }
    found = await asyncio.gather(*asked.values(), return_exceptions=True)
    errors = [one for one in found if isinstance(one, BaseException)]
    if isinstance(found[-1], BaseException):
        # The next alert of this kind looks for itself.
        remedies.pop(kind, None)
    is_empty = not any(one.citations for one in found if isinstance(one, Finding))
    if errors and (is_empty or not all(isinstance(error, DOWN) for error in errors)):
        raise errors[0]
    findings = [_tell(own, heading, one) for heading, one in zip(asked, found, strict=True)]
    context = current_context()
    context.question = " ".join(one.question for one in findings if one.question)
    context.cited = [hit for one in findings for hit in one.cited]
    return Investigation(identity, await _mask_alert(alert), about, tuple(findings))


async def _mask_alert(alert: Alert) -> Alert:
    """Return an alert as it may be shown: no secret in a label or an annotation, no login in the link."""
    labels = {name: await mask_text(value) for name, value in alert.labels.items()}
    annotations = {name: await mask_text(value) for name, value in alert.annotations.items()}
    link = await mask_text(hide_logins(alert.generator_url))
    return alert.model_copy(update={"labels": labels, "annotations": annotations, "generator_url": link})


def _tell(own: InvestigationWords, heading: str, found: Finding | BaseException) -> Finding:
    if isinstance(found, Finding):
        return found
    log.error("an alert is investigated without a part", error=str(found))
    return Finding(heading, own.failed)


async def _find_cause(own: InvestigationWords, ask: _Ask, alert: Alert) -> Finding:
    question = own.ask_cause.format(alert=name_alert(alert.labels), where=name_place(alert.labels))
    question = " ".join(question.split())
    found = _make_finding(own.cause, question, await ask(ROUTED_MODEL, question, {}))
    # That nothing is recorded of a place is no news to whoever is woken by it.
    return found if found.cited else found._replace(text=own.no_cause)


async def _find_remedy(
    own: InvestigationWords, ask: _Ask, clients: Clients, caller: Caller, alert: Alert, about: str
) -> Finding:
    name, link = name_alert(alert.labels), alert.annotations.get("runbook_url", "")
    page = await find_runbook(clients, name, caller.groups, link=link, about=about)
    if page is None:
        return Finding(own.remedy, own.no_remedy)
    question = own.ask_remedy.format(alert=name)
    return _make_finding(own.remedy, question, await ask(DOCUMENTS_MODEL, question, {"doc_id": page.doc_id}))


def _make_finding(heading: str, question: str, answered: Answered) -> Finding:
    """Return an answer that was read; what it only looked at is no source of it."""
    told = answered.provenance
    citations = () if told["abstained"] else tuple(told["citations"])
    return Finding(heading, answered.text, question, citations, tuple(answered.answer.cited))
