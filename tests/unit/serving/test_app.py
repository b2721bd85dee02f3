"""What stands around all routes: correlation ids, and browsers of other origins."""

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.settings import Settings, change_settings

Client = AsyncTestClient[Litestar]
NAMED = "https://chat.example"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/v1/models", 405),
        ("POST", "/v1/retrieve", 401),
        ("GET", "/v1/x", 404),
    ],
)
async def test_an_error_outside_of_a_handler_has_its_correlation_id_too(
    client: Client, method: str, path: str, status: int
) -> None:
    headers = {"X-Correlation-Id": "abc-9", "Authorization": ""}
    response = await client.request(method, path, headers=headers)
    assert (response.status_code, response.headers["x-correlation-id"]) == (status, "abc-9")
    assert response.json()["error"]["type"] == "invalid_request_error"


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    origins = getattr(request, "param", ())
    return change_settings(settings, service={"cors_origins": origins})


def ask_before(origin: str) -> dict[str, str]:
    return {"Origin": origin, "Access-Control-Request-Method": "POST"}


@pytest.mark.parametrize("settings", [(NAMED,)], indirect=True)
async def test_a_browser_of_a_named_origin_may_ask(client: Client) -> None:
    response = await client.options("/v1/retrieve", headers=ask_before(NAMED))
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (204, NAMED)
    assert "access-control-allow-credentials" not in response.headers
    answered = await client.get("/v1/models", headers={"Origin": NAMED})
    assert "x-correlation-id" in answered.headers["access-control-expose-headers"].lower()
    other = await client.options("/v1/retrieve", headers=ask_before("https://evil.example"))
    assert "access-control-allow-origin" not in other.headers


async def test_without_a_setting_no_other_origin_may_ask(client: Client) -> None:
    for headers in (ask_before(NAMED), {"Origin": NAMED}):
        response = await client.options("/v1/retrieve", headers=headers)
        assert "access-control-allow-origin" not in response.headers
