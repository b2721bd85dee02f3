"""What a command and a form ask for is done, with just the settings that it needs."""

from typing import Any

import pytest

from processors.settings import load_settings
from processors.versions import actions, commands, operations
from processors.versions.actions import Request, act
from processors.versions.operations import Asker

ME = Asker("me", "a trial")


def no_settings() -> Any:
    pytest.fail("settings were loaded")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Request:
    """Return what a command asks for."""
    asked: list[Request] = []
    monkeypatch.setattr(actions, "act", lambda *given: asked.append(given[2]) or "")
    client: Any = None
    commands.execute(client, commands.make_parser().parse_args(arguments))
    return asked[0]


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        (["list"], {"pipeline": None}),
        (["list", "cag"], {"pipeline": "cag"}),
        (["diff", "cag-v000001", "cag-v000002"], {"version": "cag-v000001", "other": "cag-v000002"}),
        (["pin", "cag-v000001"], {"version": "cag-v000001"}),
        (["prune", "rag", "--dry-run"], {"pipeline": "rag", "keep": None, "dry_run": True}),
        (["prune", "rag", "--keep", "4"], {"keep": 4, "dry_run": False}),
    ],
)
def test_a_command_is_a_request(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], fields: dict[str, Any]
) -> None:
    request = run(monkeypatch, *arguments)
    assert request.action == arguments[0]
    assert fields.items() <= request._asdict().items()


def test_the_reason_given_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "promote", "cag-v000001", "--reason", "a trial").asker.reason == "a trial"


def test_as_many_are_kept_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    monkeypatch.setattr(operations, "prune", lambda *given, **_: kept.append(given[3]) or "")
    client: Any = None
    act(client, load_settings, Request("prune", ME, "cag"))
    act(client, load_settings, Request("prune", ME, "cag", keep=7))
    assert kept == [load_settings().versions.kept, 7]


@pytest.mark.parametrize("action", ["prune", "clean up", "burn"])
def test_what_is_not_offered_is_refused(action: str) -> None:
    client: Any = None
    with pytest.raises(ValueError, match=f"no action {action!r}"):
        act(client, no_settings, Request(action, ME))
