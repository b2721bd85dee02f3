"""The SDK's own client speaks to the service in process; what is found outside is a small world."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from mcp import MCPError
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from opensearchpy import exceptions as search_errors

from processors.settings import Settings, change_settings
from serving.mcp_server.server import list_hosts
from tests.support.acting import show_key, switch_on
from tests.support.fake_airflow import finish
from tests.unit.serving.conftest import KEY, World

Open = Callable[..., AbstractAsyncContextManager[Client]]
URL = "http://runlore.test/mcp"
PROBE = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPTS = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return switch_on(settings, tmp_path)


@pytest.fixture
def connect(app: Litestar) -> Open:
    @asynccontextmanager
    async def connected(mode: str = "auto", headers: dict[str, str] | None = None) -> Any:
        transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type]
        shown = headers or {"Authorization": f"Bearer {KEY}"}
        async with (
            app.lifespan(),
            httpx2.AsyncClient(transport=transport, headers=shown, timeout=30) as http,
            Client(streamable_http_client(URL, http_client=http), mode=mode) as client,
        ):
            yield client

    return connected


async def call(connect: Open, tool: str, **arguments: Any) -> Any:
    async with connect() as client:
        return await client.call_tool(tool, arguments)


def told(result: Any) -> str:
    return str(result.content[0].text)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_agent_gets_a_cited_answer_by_either_version_of_the_protocol(
    connect: Open, mode: str
) -> None:
    async with connect(mode) as client:
        named = {tool.name: tool for tool in (await client.list_tools()).tools}
        result: Any = await client.call_tool("ask", {"question": "What now?"})
    assert sorted(named) == ["ask", "incidents", "propose_action", "runbook", "search"]
    assert "Args" not in str([tool.description for tool in named.values()])
    assert [name for name, tool in named.items() if not tool.annotations.read_only_hint] == ["propose_action"]
    answer = result.structured_content
    assert (answer["text"], answer["is_known"]) == ("Do this [1].", True)
    (source,) = answer["sources"]
    assert source["url"].startswith("http://runlore.test/citations/rag-v000007/r1?grant=")


async def test_what_is_found_can_be_read_as_a_resource(connect: Open) -> None:
    async with connect() as client:
        found: Any = await client.call_tool("search", {"query": "What now?", "where": "documents"})
        first = found.structured_content["passages"][0]
        assert first["resource"] == "runlore://cag-v000003/c1"
        read = await client.read_resource(first["resource"])
        assert "Text of c1." in read.contents[0].text
        with pytest.raises(MCPError, match="no passage"):
            await client.read_resource("runlore://secrets/c1")


async def test_a_runbook_is_that_which_names_the_alert(connect: Open, world: World) -> None:
    for hit in world.hits["cag-v000003"]:
        hit["_source"]["title"] = "PaymentErrorsHigh: cards are declined"
    page = (await call(connect, "runbook", name="PaymentErrorsHigh")).structured_content
    assert page["title"] == "PaymentErrorsHigh: cards are declined"
    assert page["steps"]["sources"]
    other = (await call(connect, "runbook", name="FanSpinsBackwards")).structured_content
    assert other == {"title": "", "steps": None}


async def test_what_a_question_says_is_no_command(connect: Open, world: World) -> None:
    order = "kubectl rollout restart deployment api -n checkout"
    async with connect(headers=show_key("ops")) as client:
        await client.call_tool("ask", {"question": order})
        assert world.airflow.runs == {}
        # Whose key it is may ask for just that.
        await client.call_tool("propose_action", {"command": order, "wait_seconds": 0})
    assert len(world.airflow.runs) == 1


async def test_an_action_asked_for_again_with_its_key_is_the_same(connect: Open, world: World) -> None:
    given = {"command": "kubectl rollout restart deployment api -n checkout", "wait_seconds": 0}
    async with connect(headers=show_key("ops")) as client:
        first: Any = (await client.call_tool("propose_action", given)).structured_content
        again: Any = (
            await client.call_tool("propose_action", given | {"key": first["key"]})
        ).structured_content
    assert again["key"] == first["key"]
    assert len(world.airflow.runs) == 1


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_nobody_is_kept_on_the_line(client: AsyncTestClient[Litestar], method: str) -> None:
    response = await client.request(method, "/mcp", headers={**ACCEPTS, "Accept": "text/event-stream"})
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


async def test_a_change_waits_for_another_person(connect: Open, world: World) -> None:
    async with connect(headers=show_key("ops")) as client:
        command = "kubectl rollout restart deployment api -n checkout"
        result: Any = await client.call_tool("propose_action", {"command": command, "wait_seconds": 1})
    (run,) = world.airflow.runs.values()
    report = result.structured_content
    assert report["proposer"] == "key:ops"
    assert report["is_over"] is False
    assert run


async def test_what_only_reads_is_told(connect: Open, world: World) -> None:
    world.airflow.play = lambda run: finish(run, "api-1  1/1")
    async with connect(headers=show_key("ops")) as client:
        result: Any = await client.call_tool(
            "propose_action", {"command": "kubectl get pods -n checkout", "wait_seconds": 10}
        )
    assert result.structured_content["output"] == "api-1  1/1"


async def test_what_goes_wrong_is_told_in_the_words_of_the_api(connect: Open, world: World) -> None:
    refused = await call(connect, "propose_action", command="rm -rf /")
    assert refused.is_error
    assert "no command of the catalogue" in told(refused)
    world.search_error = search_errors.ConnectionError("N/A", "refused", OSError())
    down = await call(connect, "incidents")
    assert down.is_error
    assert "OpenSearch doesn't answer" in told(down)
    async with connect() as client:
        with pytest.raises(MCPError, match="OpenSearch doesn't answer"):
            await client.read_resource("runlore://cag-v000003/c1")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer made-up"}])
async def test_nobody_gets_in_without_a_key(
    client: AsyncTestClient[Litestar], headers: dict[str, str]
) -> None:
    client.headers.pop("Authorization")
    response = await client.post("/mcp", json=PROBE, headers={**ACCEPTS, **headers})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_name_that_is_not_the_service_s_own_is_refused(client: AsyncTestClient[Litestar]) -> None:
    for host, status in (("evil.test", 421), ("runlore.test", 200), ("localhost:9000", 200)):
        response = await client.post("/mcp", json=PROBE, headers={**ACCEPTS, "Host": host})
        assert response.status_code == status, host
    foreign = {**ACCEPTS, "Host": "runlore.test", "Origin": "http://evil.test"}
    assert (await client.post("/mcp", json=PROBE, headers=foreign)).status_code == 403


def test_further_names_come_from_the_settings(settings: Settings) -> None:
    named = change_settings(settings, service={"mcp_hosts": ("mcp.example:8443",)})
    assert {"runlore.test", "mcp.example:8443"} <= set(list_hosts(named))


async def test_who_has_no_token_is_told_where_to_get_one(client: AsyncTestClient[Litestar]) -> None:
    place = "/.well-known/oauth-protected-resource/mcp"
    assert (await client.get(place)).status_code == 404
    issuer = change_settings(
        client.app.state.settings, oidc={"issuer": "https://id.example", "audience": "runlore"}
    )
    client.app.state.settings = issuer
    told = (await client.get(place)).json()
    assert told["resource"] == URL
    assert told["authorization_servers"] == ["https://id.example"]
    client.headers["Authorization"] = "Bearer made-up"
    response = await client.post("/mcp", json=PROBE, headers=ACCEPTS)
    assert response.status_code == 401
    assert f'resource_metadata="http://runlore.test{place}"' in response.headers["WWW-Authenticate"]
