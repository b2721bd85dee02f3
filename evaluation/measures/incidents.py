"""How many incidents are open, as a step of the live version's run in MLflow."""

from datetime import UTC, datetime

from evaluation.measures.freshness import try_log_step
from processors.pipelines.correlate import Correlated
from processors.settings import Settings
from processors.stores.search import open_search
from processors.versions.catalog import read_meta


def record_incidents(settings: Settings, correlated: Correlated) -> bool:
    """Log how many incidents are open and how many were resolved, and tell whether MLflow has it.

    Args:
        settings: Of the platform.
        correlated: What a run did.
    """
    run = read_meta(open_search(settings.opensearch), correlated["index"]).get("mlflow_run")
    if not run:
        return False
    counts = {
        "open_incidents": float(correlated["open"]),
        "resolved_incidents": float(correlated["resolved"]),
    }
    return try_log_step(settings, run, int(datetime.now(UTC).timestamp()), counts)
