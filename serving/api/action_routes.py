"""Actions for programs: what can be done, asking for it, and what became of it."""

from contextlib import aclosing
from typing import Annotated, Any, Final, Self, TypedDict

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from pydantic import BaseModel, ConfigDict, Field, model_validator

from processors.knowledge.actions.catalogue import Action, describe_form, load_catalogue
from processors.knowledge.actions.commands import Command, read_command
from processors.knowledge.actions.policy import load_policy
from processors.knowledge.actions.refusal import ActionRefusedError, Language
from processors.knowledge.actions.request import Key, Request
from processors.settings import Settings
from serving.actions.reports import ActionReport, report_action
from serving.actions.seeing import read_seen_request
from serving.actions.setup import require_airflow
from serving.actions.starting import begin_action, make_person, may_propose
from serving.actions.status import Status, follow_status
from serving.api.openapi import list_errors
from serving.clients.lifespan import Clients
from serving.context.caller import Caller

_LONGEST_WAIT: Final = 50


class ParameterForm(TypedDict):
    """What an action is told."""

    name: str
    form: str
    required: bool
    default: str | int | None


class ActionForm(TypedDict):
    """An action that the asker may propose."""

    action: str
    about: str
    changing: bool
    parameters: list[ParameterForm]


class ActionList(TypedDict):
    """All actions that the asker may propose."""

    actions: list[ActionForm]


class ActionRequest(BaseModel):
    """What is to be done: an action of the catalogue with its parameters, or a command line."""

    model_config = ConfigDict(extra="forbid", strict=True)

    action: str = Field("", max_length=100, examples=["kubernetes.get"])
    parameters: dict[str, str | int] = Field(
        default_factory=dict, examples=[{"resource": "pod", "namespace": "checkout"}]
    )
    command: str = Field(
        "", max_length=70_000, description="In place of both, such as `kubectl get pods -n checkout`."
    )
    key: Key | None = Field(
        None, description="32 hex digits of your own: sent again, they are the same action and not another."
    )
    wait_seconds: float = Field(
        0, ge=0, le=_LONGEST_WAIT, description="How long to wait for its end, or for it to wait for a person."
    )
    language: Language = "en"

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if bool(self.action) == bool(self.command):
            raise ValueError("name an action, or send a command")
        return self


@get("/actions", responses=list_errors(401, 409, 429, 500, 503, 504))
async def list_possible_actions(
    settings: NamedDependency[Settings], clients: NamedDependency[Clients], caller: NamedDependency[Caller]
) -> ActionList:
    """List the actions that the asker may propose."""
    require_airflow(clients, settings)
    actions, policy = load_catalogue().values(), load_policy(settings.actions.policy_file)
    return ActionList(actions=[_show_form(one) for one in actions if may_propose(policy, one, caller)])


def _show_form(action: Action) -> ActionForm:
    return ActionForm(
        action=action.name,
        about=action.about["en"],
        changing=action.changing,
        parameters=[
            ParameterForm(name=one.name, form=describe_form(one), required=one.required, default=one.default)
            for one in action.parameters
        ],
    )


@post("/actions", status_code=202, responses=list_errors(400, 401, 403, 409, 413, 429, 500, 503, 504))
async def propose_action(
    data: JSONBody[ActionRequest],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    caller: NamedDependency[Caller],
) -> Response[ActionReport]:
    """Ask for an action: what only reads runs at once, what changes something waits for another person."""
    request = await begin_action(
        clients,
        settings,
        _read(data),
        caller,
        source="api",
        language=data.language,
        key=data.key or "",
    )
    return Response(await _report(clients, settings, request, data.wait_seconds), status_code=202)


def _read(data: ActionRequest) -> Command:
    if data.action:
        return Command(data.action, data.parameters)
    command = read_command(data.command)
    if command is None:
        raise ActionRefusedError("unreadable", what="no command of the catalogue")
    return command


@get("/actions/{key:str}", responses=list_errors(400, 401, 404, 409, 429, 500, 503, 504))
async def show_action(
    key: FromPath[Annotated[str, Field(pattern="^[0-9a-f]{32}$")]],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    caller: NamedDependency[Caller],
) -> ActionReport:
    """Show how far an action is, to who asked for it and to who may approve it."""
    request = await read_seen_request(clients, settings, key, make_person(caller))
    return await _report(clients, settings, request, 0)


async def _report(clients: Clients, settings: Settings, request: Request, seconds: float) -> ActionReport:
    status = Status(request.key)
    async with aclosing(follow_status(require_airflow(clients, settings), request.key, seconds)) as told:
        async for one in told:
            status = one
    return report_action(settings, request, status)


ACTION_ROUTES: Final[list[Any]] = [list_possible_actions, propose_action, show_action]
