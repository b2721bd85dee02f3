"""Traces arrive at a real OTLP receiver, of which this test has one of its own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from processors.settings import Settings
from processors.settings.sources import MLflow
from serving.access.callers import open_access
from serving.context import tracing
from serving.context.tracing import sending_traces
from tests.support.acting import show_key, switch_on

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEADERS = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
OF_MCP = {"Accept": "application/json, text/event-stream", "Host": "runlore.test"}
ASK = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": "Why?"}},
}
QUESTION = {"model": "runlore-cag", "messages": [{"role": "user", "content": "What now?"}]}


class Receiver(ThreadingHTTPServer):
    """Takes what an OTLP exporter posts."""

    def __init__(self) -> None:
        self.received: list[ExportTraceServiceRequest] = []
        self.experiments: set[str] = set()
        super().__init__(("127.0.0.1", 0), Handler)

    def spans(self) -> dict[str, Span]:
        scopes = [
            scope for one in self.received for spans in one.resource_spans for scope in spans.scope_spans
        ]
        return {span.name: span for scope in scopes for span in scope.spans}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)
        assert self.path == "/v1/traces"
        self.server.experiments.add(self.headers.get("x-mlflow-experiment-id", ""))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def do_GET(self) -> None:
        """Answer as MLflow does that knows the experiment."""
        assert self.path.endswith("/experiments/get-by-name?experiment_name=runlore-answers")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"experiment": {"experiment_id": "7"}}')

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def traces(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.server_port}"}
    for name, value in endpoint.items():
        monkeypatch.setenv(name, value)
    return endpoint


async def test_an_answer_is_one_trace_from_the_caller_to_the_model(
    client: AsyncTestClient[Litestar], world: Any, receiver: Receiver, traces: dict[str, str]
) -> None:
    with sending_traces(traces):
        await client.get("/health/live")
        response = await client.post("/v1/chat/completions", json=QUESTION, headers=HEADERS)
    spans = receiver.spans()
    request = spans.pop("POST /v1/chat/completions")
    stages = {"versions", "cache", "embedding", "search", "sections", "model_open", "first_token", "model"}
    assert stages <= spans.keys()
    assert {span.trace_id.hex() for span in (request, *spans.values())} == {TRACE}
    assert request.parent_span_id.hex() == CALLER
    assert {span.parent_span_id for span in spans.values()} >= {request.span_id}
    assert all(span.end_time_unix_nano >= span.start_time_unix_nano for span in spans.values())
    # The first word comes after the model was asked, and its span begins when it was.
    assert spans["first_token"].start_time_unix_nano <= spans["model_open"].end_time_unix_nano
    attributes = {item.key: item.value for item in request.attributes}
    assert attributes["http.response.status_code"].int_value == 200
    assert attributes["http.route"].string_value == "/v1/chat/completions"
    assert attributes["runlore.correlation_id"].string_value == response.headers["x-correlation-id"]
    resource = receiver.received[0].resource_spans[0].resource.attributes
    assert [item.value.string_value for item in resource if item.key == "service.name"] == ["runlore"]
    # The model server is asked as a part of the same trace.
    sent = world.model_requests[-1].headers["traceparent"].split("-")
    assert sent[1] == TRACE
    assert sent[2] in {span.span_id.hex() for span in (request, *spans.values())}


async def test_a_trace_says_what_was_asked_and_answered_and_by_which_sources(
    client: AsyncTestClient[Litestar], receiver: Receiver, traces: dict[str, str]
) -> None:
    with sending_traces(traces):
        await client.post("/v1/chat/completions", json=QUESTION)
    spans = receiver.spans()
    assert spans["answer"].parent_span_id == spans["POST /v1/chat/completions"].span_id
    assert spans["sources"].parent_span_id == spans["answer"].span_id
    told = {item.key: item.value for item in spans["answer"].attributes}
    assert "What now?" in told["gen_ai.input.messages"].string_value
    assert "Do this [1]." in told["gen_ai.output.messages"].string_value
    assert told["gen_ai.operation.name"].string_value == "invoke_agent"
    assert told["gen_ai.usage.output_tokens"].int_value == 3
    assert told["runlore.version.cag"].string_value == "cag-v000003"
    assert "Title c1" in told["runlore.citations"].string_value
    sources = {item.key: item.value.string_value for item in spans["sources"].attributes}
    assert "Text of c1." in sources["mlflow.spanOutputs"]


async def test_for_mlflow_each_answer_is_a_trace_and_nothing_else_is(
    client: AsyncTestClient[Litestar], receiver: Receiver
) -> None:
    url = f"http://127.0.0.1:{receiver.server_port}"
    told = {"RUNLORE_MLFLOW_TRACKING_URI": url, "RUNLORE_TRACES": True}
    unsampled = {"traceparent": f"00-{TRACE}-{CALLER}-00"}
    with sending_traces({}, MLflow.model_validate(told)):
        await client.get("/v1/models")
        await client.post("/v1/chat/completions", json=QUESTION, headers=HEADERS)
        await client.post("/v1/chat/completions", json=QUESTION, headers=unsampled)
        await client.post("/mcp", json=ASK, headers=OF_MCP)
    sent = [
        span
        for one in receiver.received
        for spans in one.resource_spans
        for scope in spans.scope_spans
        for span in scope.spans
    ]
    assert sorted(span.name for span in sent) == ["answer"] * 3 + ["sources"] * 3
    assert len({span.trace_id for span in sent}) == 3
    assert all(not span.parent_span_id for span in sent if span.name == "answer")
    assert receiver.experiments == {"7"}


async def test_what_is_not_for_everybody_is_in_no_trace(
    app: Litestar, settings: Settings, tmp_path: Path, receiver: Receiver, traces: dict[str, str]
) -> None:
    app.state.access = open_access(switch_on(settings, tmp_path))
    async with AsyncTestClient(app) as client:
        with sending_traces(traces):
            answer = await client.post("/v1/chat/completions", json=QUESTION, headers=show_key("ops"))
    assert answer.status_code == 200
    everything = str(receiver.received)
    assert "gen_ai.response.id" in everything
    for secret in ("What now?", "Do this", "Title c1", "Text of c1."):
        assert secret not in everything


async def test_a_request_that_fails_says_so(
    client: AsyncTestClient[Litestar], world: Any, receiver: Receiver, traces: dict[str, str]
) -> None:
    world.aliases.clear()
    with sending_traces(traces):
        await client.post("/v1/chat/completions", json=QUESTION)
    (request,) = [span for name, span in receiver.spans().items() if name.startswith("POST")]
    assert request.status.code == request.status.STATUS_CODE_ERROR
    assert not request.parent_span_id


async def test_without_an_address_nothing_is_traced(client: AsyncTestClient[Litestar], world: Any) -> None:
    with sending_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}):
        assert tracing.trace_stage("search") is tracing.trace_stage("cache")
        await client.post("/v1/chat/completions", json=QUESTION, headers=HEADERS)
    assert "traceparent" not in world.model_requests[-1].headers
