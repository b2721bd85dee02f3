"""Index versions in MLflow's registry: each is there once, and the aliases are as told."""

import json
from typing import Any

import httpx
import pytest

from processors.stores import mlflow
from processors.versions.registry import point_aliases, register_version


class Server:
    """As much of MLflow's registry as is used, in memory."""

    def __init__(self) -> None:
        self.versions: list[dict[str, Any]] = []
        self.aliases: dict[str, str] = {"previous": "9"}
        self.is_there = False
        self.creations = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        match request.method, request.url.path.removeprefix("/api/2.0/mlflow"):
            case "POST", "/registered-models/create":
                self.creations += 1
                if self.is_there:
                    return httpx.Response(400, json={"error_code": "RESOURCE_ALREADY_EXISTS"})
                self.is_there = True
            case "GET", "/model-versions/search":
                assert request.url.params["filter"] == "name = 'runlore-cag'"
                return httpx.Response(200, json={"model_versions": self.versions})
            case "POST", "/model-versions/create":
                version = {**body, "version": str(len(self.versions) + 1)}
                self.versions.append(version)
                return httpx.Response(200, json={"model_version": version})
            case "PATCH", "/model-versions/update":
                self.versions[int(body["version"]) - 1]["description"] = body["description"]
            case "POST", "/registered-models/alias":
                self.aliases[body["alias"]] = body["version"]
            case "DELETE", "/registered-models/alias":
                self.aliases.pop(body["alias"], None)
            case other:
                pytest.fail(f"unexpected {other}")
        return httpx.Response(200, json={})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()

    def open_client(tracking_uri: str) -> httpx.Client:
        base = f"{tracking_uri}/api/2.0/mlflow"
        return httpx.Client(base_url=base, transport=httpx.MockTransport(server.answer))

    monkeypatch.setattr(mlflow, "open_mlflow", open_client)
    return server


def test_the_model_is_made_with_its_first_version_alone(server: Server) -> None:
    for number in (1, 2, 3):
        register_version("http://m", "cag", f"cag-v00000{number}", f"run{number}")
    assert (server.creations, len(server.versions)) == (1, 3)


def test_a_version_is_registered_once_with_its_run(server: Server) -> None:
    for description in ("first told", "", "told again"):
        assert register_version("http://m", "cag", "cag-v000007", "run7", description) == "1"
    assert register_version("http://m", "cag", "cag-v000008", "run8") == "2"
    assert [(v["run_id"], v["source"], v["description"]) for v in server.versions] == [
        ("run7", "runs:/run7/decision.md", "told again"),
        ("run8", "runs:/run8/decision.md", ""),
    ]


def test_aliases_follow_and_those_not_named_stay(server: Server) -> None:
    for name in ("cag-v000007", "cag-v000008"):
        register_version("http://m", "cag", name, name)
    assert point_aliases("http://m", "cag", live="cag-v000008", candidate=None)
    assert server.aliases == {"live": "2", "previous": "9"}
    assert point_aliases("http://m", "cag", live="cag-v000007", previous=None)
    assert server.aliases == {"live": "1"}


def test_an_alias_never_stands_for_what_is_not_registered(server: Server) -> None:
    register_version("http://m", "cag", "cag-v000008", "run8")
    assert not point_aliases("http://m", "cag", previous="cag-v000001")
    assert server.aliases == {}


def test_without_mlflow_a_version_is_not_registered_but_a_rollback_is_not_stopped() -> None:
    with pytest.raises(httpx.ConnectError):
        register_version("http://127.0.0.1:1", "cag", "cag-v000008", "run8")
    assert not point_aliases("http://127.0.0.1:1", "cag", live="cag-v000007")


def test_our_own_versions_are_no_models_of_others() -> None:
    """A version of the documents that held what is told of versions would never be the same twice."""
    answers = {
        "/registered-models/search": {"registered_models": [{"name": "runlore-cag"}, {"name": "fraud"}]},
        "/model-versions/search": {"model_versions": [{"name": "fraud"}, {"name": "runlore-rag"}]},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answers[request.url.path])

    with httpx.Client(base_url="http://m", transport=httpx.MockTransport(answer)) as client:
        assert mlflow.list_models(client) == [{"name": "fraud"}]
        assert mlflow.list_model_versions(client) == [{"name": "fraud"}]
