"""Whoever writes to index versions rests while they are restored."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from processors.settings import Settings
from processors.stores import airflow

WRITERS: Final = ("rag_pipeline", "cag_pipeline", "correlate", "maintain")
_PATIENCE_S: Final = 600.0
_LOOK_AGAIN_S: Final = 0.2


@contextmanager
def resting_writers(settings: Settings) -> Iterator[None]:
    """Let the DAGs that write rest during the block; if that fails, they stay paused."""
    pause_writers(settings)
    yield
    resume_writers(settings)


def pause_writers(settings: Settings) -> list[str]:
    """Let no run of the DAGs that write begin, and wait for those that are under way; return the DAGs.

    Airflow doesn't go on with the runs of a paused DAG, so each is paused between two of them.

    Args:
        settings: Name Airflow; without one nothing writes.

    Raises:
        TimeoutError: One was never without a run; all run on.
        httpx.HTTPError: Airflow can't be asked, or the user may not pause.
    """
    if not settings.airflow.url:
        return []
    with _open(settings) as client:
        try:
            for dag in WRITERS:
                pause_when_idle(client, dag, _PATIENCE_S)
        except TimeoutError:
            resume_writers(settings)
            raise
    return list(WRITERS)


def pause_when_idle(client: httpx.Client, dag: str, patience_s: float) -> None:
    """Pause a DAG between two of its runs.

    Args:
        client: Of Airflow's API.
        dag: Id of the DAG.
        patience_s: How long the run that is under way is waited for.

    Raises:
        TimeoutError: It was never without one, and runs on.
    """
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if not airflow.has_active_run(client, dag):
            if not airflow.set_paused(client, dag, paused=True) or not airflow.has_active_run(client, dag):
                return
            # One began in between, and would stand still.
            airflow.set_paused(client, dag, paused=False)
        time.sleep(_LOOK_AGAIN_S)
    raise TimeoutError(f"{dag} was never without a run for {patience_s:.0f} s; nothing was done")


def resume_writers(settings: Settings) -> list[str]:
    """Let the DAGs that write run again; what came in meanwhile is read from the restored positions on."""
    if not settings.airflow.url:
        return []
    with _open(settings) as client:
        return [dag for dag in WRITERS if airflow.set_paused(client, dag, paused=False)]


def _open(settings: Settings) -> httpx.Client:
    user = settings.actions.airflow_user or settings.airflow.user
    return airflow.open_airflow(settings.airflow.url, user, settings.airflow.passwords_file)
