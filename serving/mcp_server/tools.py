"""The tools. Each does what a route of the API does, for the same caller, with the same rights and limits.

What a model calls a tool with is no person's message: only `propose_action` can begin an action, and what
changes something waits for another person there, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias

import structlog
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from pydantic import Field

from processors.knowledge.actions.commands import read_command
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.retrieval.conditions import list_conditions
from processors.retrieval.readings.incidents import INCIDENT, is_open, order_incidents
from processors.retrieval.readings.requests import build_seen_query
from processors.retrieval.readings.seen import Seen, parse_seen
from processors.settings import Settings
from processors.versions.names import cover_family, find_version
from serving.actions.reports import report_action
from serving.actions.setup import require_airflow
from serving.actions.starting import begin_action
from serving.actions.status import Status, follow_status
from serving.answering.asking import ask_question
from serving.answering.routing import DOCUMENTS_MODEL, ROUTED_MODEL
from serving.api.errors import describe_error
from serving.api.retrieving import retrieve_for
from serving.clients.lifespan import Clients
from serving.context.caller import Caller
from serving.context.correlation import name_search
from serving.context.masking import mask_text
from serving.context.request_context import current_context
from serving.faults import ActionsDownError, RequestLateError
from serving.mcp_server.results import Answer, Incident, Incidents, Page, Passage, Passages, Source
from serving.retrieval.live_versions import require_live_versions
from serving.retrieval.runbooks import find_runbook
from serving.retrieval.search import find_chunk, read_sections
from serving.schemas import RetrieveRequest

URI: Final = "runlore://{index}/{chunk_id}"
_MOST_INCIDENTS: Final = 50

log = structlog.get_logger(__name__)


class Surroundings(NamedTuple):
    """What every tool needs."""

    clients: Clients
    settings: Settings


_Context: TypeAlias = Context[Surroundings, Any]


@contextmanager
def _telling(tool: str, *, failure: type[Exception] = ToolError) -> Iterator[Caller]:
    """Give who asks, and tell the model what went wrong as the API tells its clients.

    Args:
        tool: Its name, for the audit log.
        failure: The SDK's error for what was foreseen.
    """
    context = current_context()
    context.model = f"mcp:{tool}"
    if context.caller is None:
        raise failure("Nobody knows who asks.")
    try:
        yield context.caller
    except (ToolError, ResourceNotFoundError):
        raise
    except Exception as error:  # each is told as by the routes, by the map that they have
        raise failure(describe_error(error)["error"]["message"]) from error


async def search(
    query: Annotated[str, Field(min_length=1, max_length=8_000)],
    context: _Context,
    count: Annotated[int, Field(ge=1, le=50)] = 8,
    where: Annotated[
        Literal["both", "happened", "documents"],
        Field(description="What is observed now, what is written down, or both."),
    ] = "both",
) -> Passages:
    """Search logs, metrics, alerts, Kubernetes objects, training runs, incidents, runbooks and documents.

    Args:
        query: What to look for.
        context: The SDK's.
        count: How many passages.
        where: Which pipelines' indices.
    """
    clients, settings = context.request_context.lifespan_context
    pipeline: Literal["rag", "cag", "both"] = "both"
    if where != "both":
        pipeline = "rag" if where == "happened" else "cag"
    with _telling("search") as caller:
        asked = RetrieveRequest(query=query, k=count, pipeline=pipeline)
        found = await retrieve_for(clients, settings, asked, caller, is_recorded=False)
    return Passages(
        passages=[
            Passage(
                title=hit["title"],
                text=hit["text"],
                resource=URI.format(index=hit["index"], chunk_id=hit["chunk_id"]),
                cite=hit["cite"],
                observed_at=hit["observed_at"],
                score=hit["score"],
            )
            for hit in found["hits"]
        ],
        versions=found["versions"],
    )


async def ask(question: Annotated[str, Field(min_length=1, max_length=8_000)], context: _Context) -> Answer:
    """Answer a question about what is wrong, why, what changed, or what to do, with numbered sources.

    In the language of the question, English or Russian.
    """
    clients, settings = context.request_context.lifespan_context
    with _telling("ask") as caller:
        return await _ask(clients, settings, caller, ROUTED_MODEL, question)


async def incidents(context: _Context, namespace: str = "") -> Incidents:
    """List what is wrong now, with likely causes and their evidence, the worst first."""
    clients, _ = context.request_context.lifespan_context
    with _telling("incidents") as caller:
        version = (await require_live_versions(clients, ("rag",)))["rag"]
        filters = {"namespace": namespace} if namespace else {}
        body = build_seen_query(list_conditions(caller.groups, filters), (INCIDENT,))
        response = await clients.search.search(
            index=cover_family(str(version)), body=body, headers=name_search()
        )
    found = order_incidents(filter(is_open, parse_seen(response)))[:_MOST_INCIDENTS]
    current_context().chunks = [one.key for one in found]
    return Incidents(incidents=[_show_incident(one) for one in found])


def _show_incident(incident: Seen) -> Incident:
    hit = incident.hit
    return Incident(
        title=hit["title"],
        text=hit["text"],
        severity=hit["severity"],
        namespace=incident.namespace,
        service=incident.service,
        began_at=incident.began_at,
        resource=URI.format(index=find_version(hit["index"]), chunk_id=hit["chunk_id"]),
    )


async def runbook(
    name: Annotated[str, Field(min_length=1, max_length=500, description="Of an alert, or of the page.")],
    context: _Context,
) -> Page:
    """Give the steps of the runbook that names an alert or is called so, exactly as they are written."""
    clients, settings = context.request_context.lifespan_context
    with _telling("runbook") as caller:
        page = await find_runbook(clients, name, caller.groups)
        if page is None:
            return Page(title="", steps=None)
        steps = await _ask(
            clients,
            settings,
            caller,
            DOCUMENTS_MODEL,
            f"What do I do about {name}?",
            {"doc_id": page.doc_id},
        )
    return Page(title=page.title, steps=steps)


async def propose_action(
    command: Annotated[
        str, Field(min_length=1, max_length=70_000, description="Such as `kubectl get pods -n checkout`.")
    ],
    context: _Context,
    wait_seconds: Annotated[float, Field(ge=0, le=50)] = 20,
    key: Annotated[
        str,
        Field(
            pattern="^([0-9a-f]{32})?$", description="32 hex digits: sent again, they are the same action."
        ),
    ] = "",
) -> dict[str, Any]:
    """Ask for an action of the catalogue: what only reads is done, what changes something waits for a person.

    The result says how far it is; `proposal.approve_url` is where another person decides. Called again with
    the result's `key`, it tells how far the same action is by now.

    Args:
        command: As in the chat.
        context: The SDK's.
        wait_seconds: For its end, or until it waits for a person.
        key: Of the result, or the client's own: with it an action is looked at again, and not begun twice.
    """
    clients, settings = context.request_context.lifespan_context
    with _telling("propose_action") as caller:
        current_context().question = await mask_text(command)
        read = read_command(command)
        if read is None:
            raise ActionRefusedError("unreadable", what="no command of the catalogue")
        request = await begin_action(clients, settings, read, caller, source="api", language="en", key=key)
        status = await _wait(clients, settings, request.key, wait_seconds)
    return {**report_action(settings, request, status)}


async def _wait(clients: Clients, settings: Settings, key: str, seconds: float) -> Status:
    """Return how far an action is; as far as was seen, if Airflow is lost meanwhile, for it has begun."""
    status = Status(key)
    try:
        async with aclosing(follow_status(require_airflow(clients, settings), key, seconds)) as told:
            async for one in told:
                status = one
    except (ActionsDownError, RequestLateError) as error:
        log.warning("an action goes on unseen", key=key, error=str(error))
    return status


async def read_source(index: str, chunk_id: str, context: _Context) -> str:
    """A passage and what stands around it: the section of a page, or what was observed.

    Args:
        index: The version, as the URI has it.
        chunk_id: Which passage.
        context: The SDK's.
    """
    clients, _ = context.request_context.lifespan_context
    with _telling("source", failure=ResourceError) as caller:
        hit = await find_chunk(clients, index, chunk_id, caller.groups)
        if hit is None:
            raise ResourceNotFoundError(f"{index} holds no passage {chunk_id} that you may see.")
        (section,) = await read_sections(clients, [hit], caller.groups)
    current_context().chunks = [chunk_id]
    return f"# {section['title']}\n\n{section['text']}"


async def _ask(
    clients: Clients,
    settings: Settings,
    caller: Caller,
    model: str,
    question: str,
    filters: dict[str, Any] | None = None,
) -> Answer:
    answered = await ask_question(clients, settings, caller, model, question, filters or {})
    told = answered.provenance
    return Answer(
        text=answered.text,
        sources=[
            Source(n=one["n"], title=one["title"], url=one["url"], observed_at=one["observed_at"])
            for one in told["citations"]
        ],
        as_of=told["as_of"],
        is_known=not told["abstained"],
    )
