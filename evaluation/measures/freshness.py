"""What is measured of a micro-batch, and logged as a step of its version's run in MLflow.

Every batch passes here, so nothing may hold it up: MLflow's own client takes seconds to load and minutes to
give up, and a server that accepts and never answers is no better than one that is down.
"""

import time
from pathlib import Path
from typing import Final

import httpx
import structlog

from evaluation.measures.probes import probe_version
from processors.pipelines.rag.index import read_written
from processors.pipelines.rag.validate import check_searchable, count_events
from processors.settings import Settings
from processors.stores.mlflow import log_metrics, open_mlflow
from processors.stores.search import open_search
from processors.versions.catalog import read_meta

_PATIENCE_S: Final = 1.0
_REST_S: Final = 300.0
"""How long MLflow is left alone after it did not answer: one batch in a hundred waits for it."""
_AWAY: Final = "mlflow-away"

log = structlog.get_logger(__name__)


def record_freshness(settings: Settings, run_url: str, index: str) -> dict[str, float]:
    """Look a micro-batch up through the read alias and log its freshness as a step of its version's run.

    A batch that brought canaries is probed as well, so every few minutes.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.
        index: The version that the batch was written to.

    Returns:
        What was measured, and whether MLflow has it too (1 or 0).
    """
    metrics = check_searchable(settings, run_url, index)
    client = open_search(settings.opensearch)
    if any(name.startswith("freshness_seconds/") for name in metrics):
        metrics |= probe_version(client, "rag", read_written(run_url))
    run = read_meta(client, index)["mlflow_run"]
    logged = try_log_step(settings, run, count_events(run_url), metrics)
    return {**metrics, "logged_in_mlflow": float(logged)}


def try_log_step(settings: Settings, run: str, step: int, metrics: dict[str, float]) -> bool:
    """Log metrics to MLflow if it answers at once, and tell whether it has them.

    Tasks are processes of their own, so a file tells the next one that MLflow was away.

    Args:
        settings: Name MLflow, and the folder that remembers whether it was away.
        run: Id of the version's run in MLflow.
        step: A number that grows from batch to batch.
        metrics: By name; what is no finite number is left out.
    """
    away = settings.storage.work_dir / _AWAY
    if _is_fresh(away):
        log.warning("MLflow was away a moment ago, a step is not logged", run=run, step=step)
        return False
    try:
        with open_mlflow(settings.mlflow.tracking_uri, _PATIENCE_S) as client:
            log_metrics(client, run, step, metrics)
    except httpx.HTTPError as error:
        if isinstance(error, httpx.TransportError):
            away.parent.mkdir(parents=True, exist_ok=True)
            away.touch()
        log.warning("MLflow takes no step", run=run, step=step, error=repr(error))
        return False
    return True


def _is_fresh(mark: Path) -> bool:
    try:
        return 0 <= time.time() - mark.stat().st_mtime < _REST_S
    except FileNotFoundError:
        return False
