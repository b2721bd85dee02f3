"""Traces of answers in an experiment of MLflow, which takes OTLP. Imported only if they are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import requests
import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, Span
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.context import Context

    from processors.settings.sources import MLflow

_HEADER: Final = "x-mlflow-experiment-id"
_PATIENCE_S: Final = 5.0
# Who asks for something else than an answer is of no interest there.
_ANSWERS: Final = ("/v1/chat/", "/v1/alerts", "/mcp")

log = structlog.get_logger(__name__)


def open_mlflow_traces(mlflow: MLflow) -> BatchSpanProcessor:
    """Return what sends the spans of answers to MLflow.

    Args:
        mlflow: Says where it is, and which experiment gets them.
    """
    return _SpansOfAnswers(_ExperimentExporter(mlflow.tracking_uri.rstrip("/"), mlflow.traces_experiment))


class _SpansOfAnswers(BatchSpanProcessor):
    """Hands on the spans whose request asks for an answer; the SDK wants a class."""

    def __init__(self, exporter: OTLPSpanExporter) -> None:
        super().__init__(exporter)
        self._wanted: set[int] = set()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        path = str((span.attributes or {}).get("url.path", ""))
        if path.startswith(_ANSWERS) and span.context is not None:
            self._wanted.add(span.context.trace_id)
        super().on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        if span.context is None or span.context.trace_id not in self._wanted:
            return
        super().on_end(span)
        if "url.path" in (span.attributes or {}):
            self._wanted.discard(span.context.trace_id)


class _ExperimentExporter(OTLPSpanExporter):
    """Finds the experiment by its name when there is something to send: MLflow may start later."""

    def __init__(self, url: str, experiment: str) -> None:
        self._url, self._experiment, self._http = url, experiment, requests.Session()
        super().__init__(f"{url}/v1/traces", session=self._http, timeout=_PATIENCE_S)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if _HEADER not in self._http.headers:
            try:
                self._http.headers[_HEADER] = self._find_experiment()
            except (requests.RequestException, KeyError, ValueError) as error:
                log.warning("MLflow gets no traces", error=str(error))
                return SpanExportResult.FAILURE
        return super().export(spans)

    def _find_experiment(self) -> str:
        api = f"{self._url}/api/2.0/mlflow/experiments"
        asked = {"experiment_name": self._experiment}
        found = requests.get(f"{api}/get-by-name", params=asked, timeout=_PATIENCE_S)
        if found.status_code == requests.codes.not_found:
            made = requests.post(f"{api}/create", json={"name": self._experiment}, timeout=_PATIENCE_S)
            made.raise_for_status()
            return str(made.json()["experiment_id"])
        found.raise_for_status()
        return str(found.json()["experiment"]["experiment_id"])
