"""Traces of answers in an experiment of MLflow, which takes OTLP. Imported only if they are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import requests
import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SpanExportResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from processors.settings.sources import MLflow

_HEADER: Final = "x-mlflow-experiment-id"
_PATIENCE_S: Final = 5.0

log = structlog.get_logger(__name__)


def open_mlflow_exporter(mlflow: MLflow) -> OTLPSpanExporter:
    """Return what sends spans to MLflow.

    Args:
        mlflow: Says where it is, and which experiment gets them.
    """
    return _ExperimentExporter(mlflow.tracking_uri.rstrip("/"), mlflow.traces_experiment)


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
