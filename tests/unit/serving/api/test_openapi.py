from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def document(client: Client) -> Any:
    return (await client.get("/schema/openapi.json")).json()


async def test_the_page_shows_every_route_and_loads_nothing(client: Client, document: Any) -> None:
    response = await client.get("/schema")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    page = response.text
    assert all(f"{path}</h3>" in page for path in document["paths"])
    assert all(f'<h3 id="{name}">' in page for name in document["components"]["schemas"])
    assert "/v1/chat/stream" in page
    for loaded in ("<script", "<link", "src=", "@import", "url(", "://"):
        assert loaded not in page


def test_what_needs_a_key_says_so_and_errors_have_one_shape(document: Any) -> None:
    error = {"$ref": "#/components/schemas/ErrorBody"}
    operations = [(path, one) for path, item in document["paths"].items() for one in item.values()]
    assert len(operations) >= 8
    for path, operation in operations:
        assert (operation.get("security") == [{"key": []}]) is path.startswith("/v1/"), path
        for status, response in operation["responses"].items():
            if int(status) >= 400 and path != "/health/ready":
                assert response["content"]["application/json"]["schema"] == error, (path, status)
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_a_chat_has_one_form_as_json_and_another_as_events(document: Any) -> None:
    chat = document["paths"]["/v1/chat/completions"]["post"]
    content = chat["responses"]["200"]["content"]
    assert content["application/json"]["schema"]["$ref"].endswith("/ChatCompletion")
    assert content["text/event-stream"]["schema"]["required"] == ["data"]
    asked = document["components"]["schemas"]["ChatRequest"]["properties"]
    assert {"temperature", "stop", "max_completion_tokens", "tools", "seed"} <= asked.keys()
    assert {"choices", "runlore", "usage"} <= document["components"]["schemas"]["ChatCompletionChunk"][
        "properties"
    ].keys()
