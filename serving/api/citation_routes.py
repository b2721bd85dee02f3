"""A page for what a citation points at, for sources that no forge can show."""

import json
from html import escape
from typing import Any, Final

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from processors.retrieval.hybrid import Hit
from processors.settings import Settings
from processors.versions.names import find_version
from serving.access.admission import admit_reader
from serving.answering.citations import name_log_lines
from serving.answering.links import load_link_key, read_grant
from serving.answering.prompt import title_of
from serving.api.guarded_page import make_headers, read_template, render_facts, render_page
from serving.api.openapi import list_errors
from serving.clients.lifespan import Clients
from serving.context.caller import Caller
from serving.context.request_context import current_context
from serving.retrieval.search import find_chunk, read_sections

_PAGE: Final = read_template("citation.html")
_HEADERS: Final = make_headers()


@get(
    "/citations/{index:str}/{chunk_id:str}",
    media_type=MediaType.HTML,
    guards=[admit_reader],
    responses=list_errors(400, 401, 404, 429, 500, 503, 504),
)
async def show_citation(
    request: Request[Any, Any, Any],
    index: FromPath[str],
    chunk_id: FromPath[str],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    grant: FromQuery[str] = "",
) -> Response[str]:
    """Show a chunk and where it comes from: to whom the link was made for, or who shows a key or token.

    Of a document it is the whole section, as the answer quotes it.
    """
    granted = read_grant(grant, index, chunk_id, load_link_key(settings.redaction.key_file))
    caller: Caller | None = request.scope["state"].get("caller")
    groups = sorted({*granted, *(caller.groups if caller else ())})
    hit = await find_chunk(clients, index, chunk_id, groups)
    if hit is None:
        raise NotFoundException(
            f"{index} holds no chunk {chunk_id} that this link may show. Old versions are deleted in time,"
            " and a link ends: ask again for a new one."
        )
    context = current_context()
    context.versions, context.chunks = {"": find_version(index)}, [chunk_id]
    section = (await read_sections(clients, [hit], groups))[0]
    return Response(render_citation(section), media_type="text/html", headers=_HEADERS)


def render_citation(hit: Hit) -> str:
    """Return the page of a chunk, with everything that comes from the chunk escaped."""
    body = _PAGE.substitute(origin=render_facts(_list_origin(hit)), text=escape(hit["text"]))
    return render_page(title_of(hit), body)


def _list_origin(hit: Hit) -> list[tuple[str, str]]:
    cite: dict[str, Any] = hit["cite"]
    facts = [(name.replace("_", " "), _to_text(value)) for name, value in cite.items()]
    if cite.get("type") == "log":
        # In Lucene's language, which OpenSearch Dashboards, Kibana and Graylog take.
        found = name_log_lines(hit)
        query = f'service.name:"{found["service"]}" AND @timestamp:[{found["begin"]} TO {found["end"]}]'
        facts.append(("log query", query))
    return [*facts, ("observed at", hit["observed_at"]), ("index version", find_version(hit["index"]))]


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
