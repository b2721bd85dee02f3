"""OpenTelemetry traces, if somebody wants them; else nothing of it is even imported.

`OTEL_EXPORTER_OTLP_ENDPOINT` sends all of them. That variable and the others that begin with `OTEL_` are read
by OpenTelemetry itself, so a service is told where to send traces as every other one is. `RUNLORE_TRACES`
sends those of answers to MLflow. Threads of their own send them: nobody waits for that. What can't be sent is
dropped.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from opentelemetry.trace import Tracer

    from processors.settings.sources import MLflow

SWITCHES: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_OFF: Final = nullcontext()
# Whoever asks these asks every few seconds, and nobody looks at the traces.
_UNTRACED: Final = ("/health", "/metrics")

_tracer: Tracer | None = None
_answers: Tracer | None = None


@contextmanager
def sending_traces(environment: Mapping[str, str], mlflow: MLflow | None = None) -> Iterator[None]:
    """Trace what happens meanwhile if somebody wants it, and send the last of it at the end.

    Args:
        environment: Names where all traces go.
        mlflow: Says whether MLflow gets those of answers; None: it doesn't.
    """
    global _tracer, _answers
    is_sent = any(environment.get(name) for name in SWITCHES)
    is_kept = mlflow is not None and mlflow.traces
    if not is_sent and not is_kept:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({SERVICE_NAME: environment.get("OTEL_SERVICE_NAME") or "runlore"})
    providers = []
    if is_sent:
        providers.append(TracerProvider(resource=resource))
        providers[-1].add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        _tracer = providers[-1].get_tracer("runlore")
    if mlflow is not None and is_kept:
        from serving.context.mlflow_traces import open_mlflow_exporter

        providers.append(TracerProvider(resource=resource))
        providers[-1].add_span_processor(BatchSpanProcessor(open_mlflow_exporter(mlflow)))
        _answers = providers[-1].get_tracer("runlore")
    try:
        yield
    finally:
        _tracer = _answers = None
        for provider in providers:
            provider.shutdown()


def trace_stage(stage: str) -> AbstractContextManager[Any]:
    """Return a span for what happens meanwhile, or nothing if traces are off."""
    return _OFF if _tracer is None else _tracer.start_as_current_span(stage)


def is_tracing_answers() -> bool:
    """Tell whether anybody wants to know what was asked and answered."""
    return _tracer is not None or _answers is not None


def record_answer(begun: int, answer: Mapping[str, Any], sources: Mapping[str, Any]) -> None:
    """Add the span of an answer that ends now, and below it that of its sources.

    It is a part of its request's trace. For MLflow it is a trace of its own, for that shows one question and
    one answer for each, and a request may have several of both.

    Args:
        begun: When the question came, by `time.time_ns`.
        answer: What is told of the answer.
        sources: What is told of its sources; nothing if that is for some only.
    """
    from opentelemetry.context import Context
    from opentelemetry.trace import set_span_in_context

    for tracer, above in ((_tracer, None), (_answers, Context())):
        if tracer is None:
            continue
        span = tracer.start_span("answer", above, attributes=answer, start_time=begun)
        if sources:
            tracer.start_span("sources", set_span_in_context(span, above), attributes=sources).end()
        span.end()


def record_stage(stage: str, seconds: float) -> None:
    """Add a span for what took so many seconds until now."""
    if _tracer is not None:
        begun = time.time_ns() - int(seconds * 1e9)
        _tracer.start_span(stage, start_time=begun).end()


def trace_request(method: str, path: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
    """Return the span of a request, a part of the caller's trace if the headers name one.

    Args:
        method: Of the request.
        path: Of the request, without its query.
        headers: With names in lower case; `traceparent` and `tracestate` as the W3C defines them.
    """
    if _tracer is None or path.startswith(_UNTRACED):
        return _OFF
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    caller = TraceContextTextMapPropagator().extract(headers)
    attributes = {"http.request.method": method, "url.path": path}
    return _tracer.start_as_current_span(f"{method} {path}", caller, SpanKind.SERVER, attributes)


def describe_request(span: Any, route: str, status: int, correlation_id: str) -> None:
    """Add to the span of a request what is known at its end; nothing if there is no span.

    Args:
        span: From `trace_request`; None if traces are off.
        route: The path, with the names of parameters in place of what they were.
        status: HTTP status of the response.
        correlation_id: Under which the logs know the request.
    """
    if span is None:
        return
    from opentelemetry.trace import StatusCode

    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("runlore.correlation_id", correlation_id)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def trace_headers() -> dict[str, str]:
    """Return the headers by which the next server's spans join the trace; none if traces are off."""
    if _tracer is None:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers)
    return headers
