import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from opensearchpy import exceptions as search_errors

from processors.retrieval.cache_keys import cache_key, cache_namespace
from processors.settings import Settings, change_settings
from serving.access import accounting
from serving.clients.breaker import State
from serving.context.outcome import estimate_tokens
from tests.support.searches import list_subqueries
from tests.unit.serving.conftest import KEY

Client = AsyncTestClient[Litestar]
QUESTION = [{"role": "user", "content": "What now?"}]


async def ask(client: Client, **body: Any) -> Any:
    return await client.post("/v1/chat/completions", json={"model": "runlore", "messages": QUESTION, **body})


def events(text: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


async def test_answer_is_cited_and_says_where_it_comes_from(client: Client) -> None:
    answer = (await ask(client)).json()
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"]["content"] == "Do this [1]."
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"]["total_tokens"] == 13
    runlore = answer["runlore"]
    (url,) = [citation["url"] for citation in runlore["citations"]]
    assert url.startswith("http://runlore.test/citations/rag-v000007/r1?grant=")
    assert runlore["versions"] == {"rag": "rag-v000007", "cag": "cag-v000003"}
    assert runlore["as_of"] == "2026-11-20T10:00:00Z"
    assert runlore["route"] == "both"
    assert "degraded" not in runlore


async def test_stream_shows_the_source_before_its_number_and_ends_with_provenance(client: Client) -> None:
    response = await ask(client, stream=True, stream_options={"include_usage": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    chunks = events(response.text)
    text = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"])
    assert text == "Do this [1]."
    source = next(i for i, chunk in enumerate(chunks) if "event" in chunk)
    number = next(i for i, chunk in enumerate(chunks) if "[1]" in json.dumps(chunk.get("choices")))
    assert source < number
    assert chunks[source]["event"]["data"]["document"] == ["```text\nText of r1.\n```"]
    as_of = chunks[source]["event"]["data"]["metadata"][0]["parameters"]["as of"]
    assert as_of == "2026-11-20T10:00:00Z"
    assert chunks[-1]["usage"]["total_tokens"] == 13
    assert chunks[-1]["runlore"]["citations"][0]["n"] == 1
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"


async def test_both_worlds_reach_the_prompt_and_parameters_pass_through(client: Client, world: Any) -> None:
    await ask(client, temperature=0.2, stop=["\n"])
    prompt = world.prompt()
    assert [line for line in prompt["messages"][-1]["content"].splitlines() if "<source n=" in line] == [
        f'<source n="{n}" title="Title {name}" kind="{kind}" observed_at="2026-11-20T10:00:00Z">'
        for n, name, kind in [(1, "r1", "log_pattern"), (2, "c1", "runbook"), (3, "c2", "runbook")]
    ]
    assert prompt["messages"][-1]["content"].endswith("Question: What now?")
    assert (prompt["temperature"], prompt["stop"]) == (0.2, ["\n"])


@pytest.mark.parametrize(
    ("model", "indices"), [("runlore-rag", {"rag-v000007"}), ("runlore-cag", {"cag-v000003"})]
)
async def test_model_names_choose_the_pipeline(
    client: Client, world: Any, model: str, indices: set[str]
) -> None:
    await ask(client, model=model)
    assert {index for index, _, _ in world.searches} == indices


async def test_every_search_is_limited_to_public_chunks(client: Client, world: Any) -> None:
    await ask(client)
    allowed = {"terms": {"acl": ["public"]}}
    asked = [query for _, query in list_subqueries(world.searches)]
    nearest = [query["knn"]["embedding"]["filter"] for query in asked if "knn" in query]
    words = [query for query in asked if "bool" in query]
    assert (len(nearest), len(words)) == (2, 2)
    newest, sections = [body["query"] for _, body, _ in world.searches[-2:]]
    for query in (*nearest, *words, newest, sections):
        assert allowed in query["bool"]["filter"]


def ranked(world: Any) -> list[str]:
    """The indices that were searched by the question, not for the rest of a section."""
    return list(dict.fromkeys(index for index, _ in list_subqueries(world.searches)))


def fill_cache(world: Any, version: str, size: int) -> None:
    source = world.hits["cag-v000003"][1]["_source"]
    hits = [{**source, "chunk_id": str(n), "score": 1.0, "index": version} for n in range(size)]
    world.cache[cache_key(cache_namespace(version, ("public",), "", ""), "what now")] = json.dumps(
        {"hits": hits}
    )


async def test_cached_hits_spare_search_and_embedding(client: Client, world: Any) -> None:
    fill_cache(world, "cag-v000003", 20)
    world.embedder_status = None
    answer = (await ask(client, model="runlore-cag")).json()
    assert ranked(world) == []
    assert answer["runlore"]["citations"][0]["title"] == "Title c2"
    assert "degraded" not in answer["runlore"]


async def test_entry_with_fewer_hits_than_asked_for_is_a_miss(client: Client, world: Any) -> None:
    fill_cache(world, "cag-v000003", 20)
    body = {"query": "What now?", "k": 21, "pipeline": "cag"}
    await client.post("/v1/retrieve", json=body)
    assert len(world.searches) == 1


async def test_entry_of_an_older_version_is_never_hit(client: Client, world: Any) -> None:
    fill_cache(world, "cag-v000002", 20)
    await ask(client, model="runlore-cag")
    assert ranked(world) == ["cag-v000003"]


async def test_without_redis_it_answers(client: Client, world: Any) -> None:
    world.cache = None
    answer = (await ask(client)).json()
    assert answer["choices"][0]["message"]["content"] == "Do this [1]."
    assert answer["runlore"]["degraded"] == ["cache"]


@pytest.mark.parametrize("status", [None, 503])
async def test_without_the_model_the_passages_are_the_answer(
    client: Client, world: Any, status: int | None
) -> None:
    world.model_status = world.embedder_status = status
    answer = (await ask(client)).json()
    text = answer["choices"][0]["message"]["content"]
    assert text.startswith("The answering model can't be reached.")
    assert "**Title r1** [1]\n\n> Text of r1." in text
    assert answer["runlore"]["degraded"] == ["embedding", "model"]
    assert len(answer["runlore"]["citations"]) == 3
    assert all("knn" not in query for _, query in list_subqueries(world.searches))


async def test_model_that_breaks_off_ends_the_stream_with_an_error(client: Client, world: Any) -> None:
    world.breaks_off = True
    response = await ask(client, stream=True)
    last = response.text.strip().split("\n\n")[-1]
    assert "broke off" in json.loads(last.removeprefix("data: "))["error"]["message"]


async def test_without_opensearch_it_says_so(client: Client, world: Any) -> None:
    world.search_error = search_errors.ConnectionError("N/A", "refused", Exception())
    response = await ask(client, stream=True)
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "search_unavailable"


async def test_one_alias_is_enough_and_none_is_an_error(client: Client, world: Any) -> None:
    del world.aliases["rag"]
    answer = (await ask(client)).json()
    assert answer["runlore"]["versions"] == {"rag": None, "cag": "cag-v000003"}
    world.aliases.clear()
    response = await ask(client)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "no_live_version")


async def test_nothing_found_is_said(client: Client, world: Any) -> None:
    world.hits = {index: [] for index in world.hits}
    answer = (await ask(client)).json()
    assert answer["choices"][0]["message"]["content"].startswith("I don't know: nothing is recorded")
    assert answer["runlore"]["citations"] == []
    assert answer["runlore"]["as_of"] is None


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic the-key"])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/retrieve"])
async def test_without_the_key_nothing_is_told(client: Client, world: Any, header: str, path: str) -> None:
    response = await client.post(path, json={}, headers={"Authorization": header})
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "invalid_api_key"
    assert world.searches == []


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"model": "gpt-9"}, 404, "model"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, 400, "messages"),
        ({"messages": [{"role": "user", "content": "  "}]}, 400, "messages"),
        ({"n": 2}, 400, "n"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"seed": True}, 400, "seed"),
        ({"temperature": "hot"}, 400, "temperature"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400, "messages"),
    ],
)
async def test_wrong_requests_get_openai_errors(
    client: Client, body: dict[str, Any], status: int, param: str
) -> None:
    response = await ask(client, **body)
    error = response.json()["error"]
    assert (response.status_code, error["type"], error["param"]) == (status, "invalid_request_error", param)


async def test_what_the_model_refuses_the_caller_hears(client: Client, world: Any) -> None:
    world.model_status = 400
    response = await ask(client, max_tokens=10**9)
    assert response.status_code == 400
    assert "max_tokens is too big" in response.json()["error"]["message"]


async def test_bare_model_is_passed_through(client: Client, world: Any) -> None:
    response = await ask(client, model="extractive", stream=True)
    assert len(events(response.text)) == 5
    assert world.prompt()["messages"] == QUESTION
    assert world.searches == []


async def test_models_are_listed_and_shown_one_by_one(client: Client) -> None:
    models = (await client.get("/v1/models")).json()
    assert [m["id"] for m in models["data"]] == ["runlore", "runlore-rag", "runlore-cag", "extractive"]
    for model in models["data"]:
        assert (await client.get(f"/v1/models/{model['id']}")).json() == model
    missing = await client.get("/v1/models/openai/gpt-9")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "model_not_found")


async def test_the_model_may_call_tools(client: Client, world: Any) -> None:
    tools = [{"type": "function", "function": {"name": "scale", "parameters": {}}}]
    world.pieces = []
    world.tool_calls = [
        {"index": 0, "id": "call_1", "type": "function", "function": {"name": "scale", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"to": 3}'}},
    ]
    called = {"name": "scale", "arguments": '{"to": 3}'}
    choice = (await ask(client, tools=tools, tool_choice="auto")).json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"] == [{"id": "call_1", "type": "function", "function": called}]
    assert (world.prompt()["tools"], world.prompt()["tool_choice"]) == (tools, "auto")
    streamed = events((await ask(client, tools=tools, stream=True)).text)
    (delta,) = [c["choices"][0]["delta"] for c in streamed if "tool_calls" in c["choices"][0]["delta"]]
    assert delta["tool_calls"] == [{"index": 0, "id": "call_1", "type": "function", "function": called}]
    assert streamed[-1]["choices"][0]["finish_reason"] == "tool_calls"


async def test_what_came_of_a_call_follows_the_question(client: Client, world: Any) -> None:
    called = {"id": "call_1", "type": "function", "function": {"name": "scale", "arguments": "{}"}}
    turns = [
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "call_1", "content": "token ghp_" + "a" * 36},
    ]
    await ask(client, messages=[*QUESTION, *turns], model="runlore-cag")
    *_, question, call, result = world.prompt()["messages"]
    assert question["content"].endswith("Question: What now?")
    assert call == turns[0]
    assert result["tool_call_id"] == "call_1"
    assert "ghp_" not in result["content"]


async def test_what_only_says_who_asks_is_not_sent_to_the_model(client: Client, world: Any) -> None:
    said = {"user": "ann", "metadata": {"team": "sre"}, "store": False, "n": 1, "seed": 7}
    assert (await ask(client, **said)).status_code == 200
    assert not {"user", "metadata", "store", "n"} & world.prompt().keys()
    assert world.prompt()["seed"] == 7


async def test_a_question_may_come_in_parts(client: Client, world: Any) -> None:
    parts = [{"type": "text", "text": "What"}, {"type": "text", "text": "now?"}]
    await ask(client, messages=[{"role": "user", "content": parts}], stream=None)
    assert world.prompt()["messages"][-1]["content"].endswith("Question: What\nnow?")


async def test_usage_is_in_each_chunk_if_asked_for_and_in_none_else(client: Client, world: Any) -> None:
    asked = events((await ask(client, stream=True, stream_options={"include_usage": True})).text)
    assert [chunk["usage"] for chunk in asked[:-1]] == [None] * (len(asked) - 1)
    assert asked[-1]["choices"] == []
    assert all("usage" not in chunk for chunk in events((await ask(client, stream=True)).text))
    world.model_status = None
    assert (await ask(client)).json()["usage"]["total_tokens"] == 0


async def test_an_answer_says_where_its_time_went(client: Client, world: Any) -> None:
    # What happened takes two requests, one after the other.
    world.delays = {"cag-v000003": 0.3, "rag-v000007": 0.15}
    timings = (await ask(client)).json()["runlore"]["timings"]
    # The two searches run side by side, and after them what is read of the sections.
    assert 600 <= timings["search_ms"] < 900
    assert timings["own_ms"] + timings["search_ms"] + timings["model_ms"] == pytest.approx(
        timings["total_ms"], abs=0.1
    )
    assert timings["first_text_ms"] is None
    streamed = events((await ask(client, stream=True)).text)[-1]["runlore"]["timings"]
    assert 600 <= streamed["first_text_ms"] <= streamed["total_ms"]


async def disconnect(app: Litestar, body: dict[str, Any], is_time: Callable[[list[Any]], bool]) -> list[Any]:
    """Send a request to the app itself and close the connection once it is time."""
    sent: list[Any] = []
    messages = iter([{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}])

    async def receive() -> Any:
        if (message := next(messages, None)) is not None:
            return message
        async with asyncio.timeout(5):
            while not is_time(sent):
                await asyncio.sleep(0.001)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    path = "/v1/chat/completions"
    scope = {"type": "http", "method": "POST", "scheme": "http", "path": path, "raw_path": path.encode()}
    headers = [(b"authorization", f"Bearer {KEY}".encode()), (b"content-type", b"application/json")]
    scope |= {"query_string": b"", "root_path": "", "headers": headers, "state": {}, "http_version": "1.1"}
    async with asyncio.timeout(5):
        await app(scope, receive, send)  # type: ignore[arg-type]
    return sent


@pytest.mark.parametrize("model", ["runlore", "extractive"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.usefixtures("client")
async def test_who_hangs_up_ends_the_models_request(
    app: Litestar, world: Any, model: str, *, stream: bool
) -> None:
    world.falls_silent, world.pieces = True, ["Do this [1].\n\n", "Then"]
    body = {"model": model, "messages": QUESTION, "stream": stream}

    def is_time(sent: list[Any]) -> bool:
        # In the middle of the text, or while a whole answer is waited for.
        return '"content":"Do' in str(sent) if stream else world.open_streams == 1

    await disconnect(app, body, is_time)
    assert len(world.model_requests) == 1
    assert world.open_streams == 0


@pytest.fixture
def charged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the tokens that are taken from callers' limits."""
    taken: list[int] = []
    monkeypatch.setattr(accounting, "charge", lambda *given: taken.append(given[-1]))
    return taken


def estimate(*texts: str) -> int:
    return sum(estimate_tokens(text) for text in texts)


@pytest.mark.parametrize("model", ["runlore", "runlore-rag", "extractive"])
async def test_who_hangs_up_midway_pays_for_the_prompt_and_what_was_streamed(
    app: Litestar, client: Client, world: Any, charged: list[int], model: str
) -> None:
    assert client
    world.falls_silent, world.pieces = True, ["Do this [1].\n\n", "Then"]
    body = {"model": model, "messages": QUESTION, "stream": True}
    await disconnect(app, body, lambda sent: '"content":"Do' in str(sent))
    prompt = [str(message["content"]) for message in world.prompt()["messages"]]
    begun = estimate(*prompt, world.pieces[0])
    assert begun <= charged[-1] <= begun + estimate(world.pieces[1])


@pytest.mark.parametrize("model", ["runlore", "extractive"])
@pytest.mark.parametrize("stream", [False, True])
async def test_who_hangs_up_while_the_model_reads_pays_for_the_prompt(
    app: Litestar, client: Client, world: Any, charged: list[int], model: str, *, stream: bool
) -> None:
    assert client
    world.falls_silent, world.pieces = True, []
    body = {"model": model, "messages": QUESTION, "stream": stream}
    await disconnect(app, body, lambda _: world.open_streams == 1)
    assert charged[-1] == estimate(*(str(message["content"]) for message in world.prompt()["messages"]))


@pytest.mark.parametrize("model", ["runlore", "extractive"])
async def test_a_stream_without_usage_is_paid_for_as_estimated(
    client: Client, world: Any, charged: list[int], model: str
) -> None:
    world.tells_usage = False
    await ask(client, model=model, stream=True)
    prompt = [str(message["content"]) for message in world.prompt()["messages"]]
    assert charged == [estimate(*prompt) + estimate("".join(world.pieces))]


async def test_usage_counts_in_whichever_chunk_it_comes(client: Client, charged: list[int]) -> None:
    await ask(client, model="extractive", stream=True)
    await ask(client, stream=True)
    assert charged == [13, 13]


async def test_passages_that_no_model_wrote_and_a_model_that_is_down_cost_nothing(
    client: Client, world: Any, charged: list[int]
) -> None:
    world.model_status = None
    answer = (await ask(client)).json()
    assert answer["usage"]["total_tokens"] == 0
    await ask(client, model="extractive", stream=True)
    assert charged == [0, 0]


class TestSlowIsNotDown:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return change_settings(settings, timeouts={"request_seconds": 0.4})

    @pytest.mark.parametrize("model", ["runlore", "extractive"])
    @pytest.mark.parametrize("stream", [False, True])
    async def test_long_answers_shut_the_model_off_for_nobody(
        self, client: Client, world: Any, model: str, *, stream: bool
    ) -> None:
        world.falls_silent, pieces = True, world.pieces
        world.pieces = []
        late = await asyncio.gather(*(ask(client, model=model, stream=stream) for _ in range(6)))
        assert {answer.status_code for answer in late} == {504}
        assert client.app.state.clients.guards.model.breaker.state is State.CLOSED
        world.falls_silent, world.pieces = False, pieces
        answer = (await ask(client)).json()
        assert "degraded" not in answer["runlore"]
        assert answer["choices"][0]["message"]["content"] == "Do this [1]."


@pytest.mark.usefixtures("client")
async def test_who_hangs_up_while_it_is_searched_costs_no_model(app: Litestar, world: Any) -> None:
    world.delays = {"rag-v000007": 60.0}
    body = {"model": "runlore", "messages": QUESTION, "stream": True}
    sent = await disconnect(app, body, lambda _: len(world.searches) == 3)
    assert sent[0]["status"] == 499
    assert world.model_requests == []


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"query": "\xff"}', b"{"])
async def test_what_is_no_json_is_refused(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = await client.post("/v1/retrieve", content=body, headers=headers)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"


async def test_retrieve_has_the_documented_shape(client: Client, world: Any) -> None:
    body = {"query": "disk full", "k": 2, "pipeline": "cag", "filters": {"service": "kafka"}}
    answer = (await client.post("/v1/retrieve", json=body)).json()
    assert answer.keys() == {"hits", "versions", "took_ms"}
    assert answer["hits"][0].keys() == {
        *("chunk_id", "doc_id", "score", "title", "text", "cite", "observed_at", "index")
    }
    assert answer["versions"] == {"cag": "cag-v000003"}
    words = world.searches[0][1]["query"]["hybrid"]["queries"][0]
    assert {"terms": {"service": ["kafka"]}} in words["bool"]["filter"]


async def test_a_hit_of_a_slice_names_its_version(client: Client, world: Any, hit: Any) -> None:
    world.hits["rag-v000007"] = [hit("r1", "rag-v000007-000002", kind="log_pattern")]
    answer = (await client.post("/v1/retrieve", json={"query": "redis", "pipeline": "rag"})).json()
    assert {found["index"] for found in answer["hits"]} == set(answer["versions"].values())


async def test_unknown_filter_is_refused_by_name(client: Client) -> None:
    response = await client.post("/v1/retrieve", json={"query": "x", "filters": {"acl": ["admins"]}})
    assert response.status_code == 400
    assert "'acl'" in response.json()["error"]["message"]


async def test_correlation_id_is_kept_and_passed_on(client: Client, world: Any) -> None:
    response = await client.post(
        "/v1/chat/completions",
        json={"model": "runlore", "messages": QUESTION},
        headers={"X-Correlation-Id": "abc-1"},
    )
    assert response.headers["X-Correlation-Id"] == "abc-1"
    assert response.json()["runlore"]["correlation_id"] == "abc-1"
    assert world.model_requests[0].headers["X-Correlation-Id"] == "abc-1"
    assert world.searches[0][2] == {"X-Opaque-Id": "abc-1"}


async def test_correlation_id_that_could_break_a_log_is_replaced(client: Client) -> None:
    response = await client.get("/v1/models", headers={"X-Correlation-Id": 'a"b c'})
    assert len(response.headers["X-Correlation-Id"]) == 32


async def test_a_time_in_the_question_filters_what_happened_and_is_said(client: Client, world: Any) -> None:
    world.hits["rag-v000007"][0]["_source"]["observed_at"] = datetime.now(UTC).isoformat()
    question = [{"role": "user", "content": "What failed in the last 2 hours?"}]
    runlore = (await ask(client, messages=question)).json()["runlore"]
    begin, end = (datetime.fromisoformat(runlore["window"][edge]) for edge in ("begin", "end"))
    assert end - begin == timedelta(hours=2)
    asked = [query["bool"] for _, query in list_subqueries(world.searches) if "bool" in query]
    assert asked
    for words in asked:
        assert words["must"][0]["bool"]["should"][0]["combined_fields"]["query"] == "What failed"
        assert runlore["window"]["begin"] in json.dumps(words["filter"])
    content = world.prompt()["messages"][-1]["content"]
    assert "Time asked about: " in content
    assert content.endswith("Question: What failed in the last 2 hours?")


async def test_retrieval_says_its_window_and_a_filter_goes_before_the_question(client: Client) -> None:
    body: dict[str, Any] = {"query": "What failed yesterday?", "pipeline": "rag"}
    assert (
        (await client.post("/v1/retrieve", json=body)).json()["window"]["begin"].endswith("T00:00:00+00:00")
    )
    body["filters"] = {"observed_at": {"gte": "2026-11-20T10:00:00Z"}}
    assert "window" not in (await client.post("/v1/retrieve", json=body)).json()


async def test_a_russian_question_is_searched_with_its_translation(client: Client, world: Any) -> None:
    await client.post("/v1/retrieve", json={"query": "Почему упал Redis?"})
    asked = [query for _, query in list_subqueries(world.searches) if "bool" in query]
    (query,) = {query["bool"]["must"][0]["bool"]["should"][0]["combined_fields"]["query"] for query in asked}
    assert query == "Почему упал Redis down failed Redis"
