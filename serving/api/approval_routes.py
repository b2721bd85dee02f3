"""The page of a proposal: what would be done, and a form by which another person approves or rejects it.

Whoever has the link sees what it is of. To decide, they show a key of their own, which is used for that one
request and kept nowhere.
"""

from typing import Annotated, Any, Final

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotAuthorizedException
from litestar.params import Body, FromPath, FromQuery
from pydantic import BaseModel, ConfigDict, Field

from processors.knowledge.actions.refusal import ActionRefusedError, Language, tell_refusal
from processors.settings import Settings
from serving.access.admission import admit_address
from serving.access.callers import identify
from serving.actions.approving import Decision, Opened, decide, open_link
from serving.actions.starting import make_person
from serving.api.approval_page import HEADERS, render_approval
from serving.api.openapi import list_errors
from serving.clients.lifespan import Clients
from serving.context.request_context import current_context

_SAID: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "approve": "Approved. It runs now; this page shows how far it is.",
        "reject": "Rejected. Nothing will be changed.",
        "late": "Somebody decided before you.",
        "wrong": "This proposal isn't the one that you saw.",
        "key": "The key isn't good.",
    },
    "ru": {
        "approve": "Одобрено. Выполняется; на этой странице видно, что происходит.",
        "reject": "Отклонено. Ничего изменено не будет.",
        "late": "Кто-то решил раньше вас.",
        "wrong": "Это не то предложение, которое вы видели.",
        "key": "Ключ не подходит.",
    },
}


class DecisionForm(BaseModel):
    """What the form of the page sends."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=200)
    hash: str = Field(max_length=64)
    api_key: str = Field(min_length=1, max_length=4_000)
    decision: Decision


@get(
    "/actions/{key:str}",
    media_type=MediaType.HTML,
    guards=[admit_address],
    responses=list_errors(400, 404, 409, 429, 500, 503, 504),
)
async def show_proposal(
    key: FromPath[str],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    token: FromQuery[str] = "",
) -> Response[str]:
    """Show a proposal to who has its link."""
    return _show(await open_link(clients, settings, key, token), token)


@post(
    "/actions/{key:str}",
    status_code=200,
    media_type=MediaType.HTML,
    guards=[admit_address],
    responses=list_errors(400, 404, 409, 413, 429, 500, 503, 504),
)
async def decide_proposal(
    request: Request[Any, Any, Any],
    key: FromPath[str],
    data: Annotated[DecisionForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """Approve or reject a proposal, by a link and a key of one's own."""
    opened = await open_link(clients, settings, key, data.token)
    language = opened.proposal.request.language
    said = _SAID[language]
    if opened.proposal.hash != data.hash:
        return _show(opened, data.token, said["wrong"], 409)
    try:
        caller = await identify(request.app.state.access, {"Authorization": f"Bearer {data.api_key}"})
    except NotAuthorizedException:
        return _show(opened, data.token, said["key"], 401)
    current_context().caller = caller
    try:
        is_first = await decide(clients, settings, opened, make_person(caller), data.decision)
    except ActionRefusedError as error:
        return _show(opened, data.token, tell_refusal(error, language), 403)
    if not is_first:
        return _show(opened, data.token, said["late"], 409)
    decided = await open_link(clients, settings, key, data.token)
    return _show(decided, data.token, said[data.decision])


def _show(opened: Opened, token: str, told: str = "", status: int = 200) -> Response[str]:
    page = render_approval(opened, token, told)
    return Response(page, status_code=status, media_type=MediaType.HTML, headers=HEADERS)


APPROVAL_ROUTES: Final[list[Any]] = [show_proposal, decide_proposal]
