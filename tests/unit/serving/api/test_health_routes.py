from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient
from opensearchpy import exceptions as search_errors

Client = AsyncTestClient[Litestar]


async def test_ready_when_all_parts_are_there(client: Client) -> None:
    response = await client.get("/health/ready", headers={"Authorization": ""})
    assert response.status_code == 200
    assert set(response.json()["parts"].values()) == {"up"}


async def test_ready_without_redis_but_says_so(client: Client, world: Any) -> None:
    world.cache = None
    response = await client.get("/health/ready")
    assert (response.status_code, response.json()["parts"]["redis"]) == (200, "down: ConnectionError")


async def test_not_ready_without_opensearch_or_a_live_version(client: Client, world: Any) -> None:
    world.aliases.clear()
    response = await client.get("/health/ready")
    assert (response.status_code, response.json()["parts"]["live_version"]) == (503, "missing")
    world.search_error = search_errors.ConnectionError("N/A", "refused", Exception())
    parts = (await client.get("/health/ready")).json()["parts"]
    assert parts["opensearch"] == "missing"


async def test_live_needs_nothing(client: Client, world: Any) -> None:
    world.search_error = search_errors.ConnectionError("N/A", "refused", Exception())
    assert (await client.get("/health/live")).status_code == 200


async def test_metrics_and_schema_are_open(client: Client) -> None:
    await client.get("/health/live")
    metrics = await client.get("/metrics", headers={"Authorization": ""})
    assert 'runlore_request_seconds_count{route="/health/live",status="200"}' in metrics.text
    assert "/v1/retrieve" in (await client.get("/schema/openapi.json")).json()["paths"]
