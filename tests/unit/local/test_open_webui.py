import json
import re

import pytest

from local.launch import read_env_file
from local.open_webui import SUGGESTIONS
from local.passwords import Passwords, ensure_passwords
from local.settings import StackSettings
from local.templates import render_templates


@pytest.fixture
def passwords(settings: StackSettings) -> Passwords:
    return ensure_passwords(settings.home / "secrets")


@pytest.fixture
def variables(settings: StackSettings, passwords: Passwords) -> dict[str, str]:
    render_templates(settings, passwords)
    return read_env_file(settings.home / "config/open-webui.env")


def test_it_asks_the_service_as_a_user_that_the_service_can_check(
    variables: dict[str, str], passwords: Passwords
) -> None:
    assert variables["OPENAI_API_BASE_URL"] == "http://127.0.0.1:25010/v1"
    assert variables["OPENAI_API_KEY"] == passwords["api-key"]
    assert variables["FORWARD_USER_INFO_HEADER_JWT_SECRET"] == passwords["open-webui-user-jwt"]
    assert variables["ENABLE_FORWARD_USER_INFO_HEADERS"] == "True"


def test_nothing_that_it_keeps_wins_over_the_set_up(variables: dict[str, str]) -> None:
    assert variables["ENABLE_PERSISTENT_CONFIG"] == "False"


def test_no_answer_costs_a_second_call_of_the_model(variables: dict[str, str]) -> None:
    tasks = [name for name in variables if re.fullmatch(r"ENABLE_\w+_GENERATION", name)]
    assert {"ENABLE_TITLE_GENERATION", "ENABLE_TAGS_GENERATION", "ENABLE_FOLLOW_UP_GENERATION"} <= {*tasks}
    assert {variables[name] for name in tasks} == {"False"}
    metadata = json.loads(variables["DEFAULT_MODEL_METADATA"])
    assert metadata["capabilities"]["builtin_tools"] is False


def test_sources_are_shown_and_nothing_in_an_answer_opens_by_itself(variables: dict[str, str]) -> None:
    assert json.loads(variables["DEFAULT_MODEL_METADATA"])["capabilities"]["citations"] is True
    interface = json.loads(variables["DEFAULT_INTERFACE_SETTINGS"])
    assert not interface["detectArtifacts"]
    assert not interface["iframeSandboxAllowScripts"]


def test_the_default_model_comes_first(variables: dict[str, str]) -> None:
    assert json.loads(variables["MODEL_ORDER_LIST"])[0] == variables["DEFAULT_MODELS"] == "runlore"


def test_suggestions_are_in_the_form_that_open_webui_reads(variables: dict[str, str]) -> None:
    shown = json.loads(variables["DEFAULT_PROMPT_SUGGESTIONS"])
    assert [one["content"] for one in shown] == [one.question for one in SUGGESTIONS]
    assert all(len(one["title"]) == 2 for one in shown)
    assert any(re.search("[а-я]", one.question) for one in SUGGESTIONS)
