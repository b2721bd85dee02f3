"""A build of a version from its beginning to its gate, and what is left of those that were killed.

A build holds the pipeline's lease, so there is one at a time, and what it finds unfinished has no builder any
more. Its run in MLflow is begun with it. The record is kept by whom the caller names: the platform's data
processing knows nothing of MLflow's client.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import structlog
from opensearchpy import OpenSearch, OpenSearchException

from processors.stores.indices import create_index
from processors.versions import catalog, leases
from processors.versions.deletion import delete_version
from processors.versions.lease_record import read_record
from processors.versions.names import name_version, read_number
from processors.versions.retention import drop_orphans

if TYPE_CHECKING:
    from processors.knowledge.chunk import Pipeline

log = structlog.get_logger(__name__)


class RunRecord(NamedTuple):
    """How the run of a version is recorded."""

    begin: Callable[[str], str]
    """Begins the run of a version and returns its id."""
    kill: Callable[[str], None]
    """Ends the run of this id as killed."""
    kill_forgotten: Callable[[], list[str]]
    """Ends all runs that go on although nothing is built, and returns the names of their versions."""
    log: Callable[[str, dict[str, float]], None]
    """Logs metrics to the run of this id."""


NO_RECORD = RunRecord(lambda _: "", lambda _: None, list, lambda *_: None)


@contextmanager
def begin_build(
    client: OpenSearch,
    pipeline: "Pipeline",
    meta: dict[str, Any],
    record: RunRecord = NO_RECORD,
    *,
    run: str = "",
    other_task_gates: bool = False,
) -> Iterator[str]:
    """Make the next version while holding the lease, and keep it from other builds until its gate.

    Without an error, the version is a candidate at the end of the block. After one it is deleted and its run
    is killed, at once or, if the process was killed, by the next build.

    Args:
        client: OpenSearch.
        pipeline: Whose version is built.
        meta: What it is made from.
        record: Where its run in MLflow is kept.
        run: Names the pipeline's run; one that is tried again replaces what it built before.
        other_task_gates: The gate is passed in another process than this one.

    Yields:
        The version's name.

    Raises:
        BuildInProgressError: Another build lives.
        LeaseLostError: This build was taken for dead.
    """
    with leases.hold_lease(client, pipeline, run=run) as lease:
        clear_unfinished(client, pipeline, record)
        index = leases.name_index(lease, lambda last: name_next(client, pipeline, last), read_number)
        try:
            create_version(client, pipeline, meta, index)
            mlflow_run = record.begin(index)
            if mlflow_run:
                catalog.update_meta(client, index, mlflow_run=mlflow_run)
            yield index
            leases.require_lease(lease)
        except BaseException:
            with _leaving_trouble(index), suppress(leases.LeaseLostError):
                leases.require_lease(lease)
                clear_unfinished(client, pipeline, record)
            raise
        catalog.update_meta(client, index, state="candidate")
        leases.hand_over(lease, to_other_process=other_task_gates)


def create_version(client: OpenSearch, pipeline: "Pipeline", meta: dict[str, Any], index: str = "") -> str:
    """Create the next version, empty and in state `building`, and return its name.

    What an earlier build that was killed left behind is deleted first. Its number is not used again, for
    records in MLflow may name it. A build of the platform goes through `begin_build`, which holds the
    pipeline's lease and chooses the name.

    Args:
        client: OpenSearch.
        pipeline: Whose version is built.
        meta: What it is made from.
        index: Its name; empty: the next one.

    Raises:
        BuildInProgressError: Another build lives.
        ValueError: There is another version of that name.
    """
    builder = leases.find_builder(client, pipeline)
    if builder and builder["index"] != index:
        raise leases.BuildInProgressError(pipeline, builder)
    index = index or name_next(client, pipeline, read_record(client, pipeline)["last_number"])
    for name in catalog.list_unfinished(client, pipeline):
        delete_version(client, name)
    told = {**meta, "version": index, "state": "building"}
    create_index(client, index, {"mappings": {"_meta": told}})
    if catalog.read_meta(client, index) != told:
        raise ValueError(f"{index} is there already, and was made from something else")
    return index


def name_next(client: OpenSearch, pipeline: str, last_number: int) -> str:
    """Return the name of the next version: its number is higher than any that was ever used.

    Args:
        client: OpenSearch.
        pipeline: Whose version comes next.
        last_number: The highest that was given out so far, 0 for none.
    """
    numbers = [read_number(index) for index in client.indices.get_alias(index=f"{pipeline}-v*")]
    return name_version(pipeline, max([*numbers, last_number]) + 1)


@contextmanager
def go_on_with(client: OpenSearch, pipeline: "Pipeline", index: str) -> Iterator[None]:
    """Hold the lease while a candidate is measured and decided on.

    Args:
        client: OpenSearch.
        pipeline: Whose lease is held.
        index: The candidate.

    Raises:
        BuildInProgressError: Another build lives.
        ValueError: The candidate is gone.
    """
    with leases.hold_lease(client, pipeline, index):
        if not client.indices.exists(index=index):
            raise ValueError(f"{index} is gone: it waited too long for its gate, and another build began")
        yield


def clear_unfinished(client: OpenSearch, pipeline: str, record: RunRecord = NO_RECORD) -> list[str]:
    """Delete what dead builders left, end their runs, and return the versions; the caller holds the lease.

    Args:
        client: OpenSearch.
        pipeline: Whose versions they are.
        record: Where their runs in MLflow are kept.
    """
    unfinished = catalog.list_unfinished(client, pipeline)
    for index in unfinished:
        run = catalog.read_meta(client, index).get("mlflow_run")
        if run:
            record.kill(run)
        delete_version(client, index)
    if unfinished:
        log.warning("unfinished versions are deleted", pipeline=pipeline, versions=unfinished)
    return unfinished


def clean_up(client: OpenSearch, pipeline: str, record: RunRecord) -> dict[str, list[str]]:
    """Delete what no version and no build owns any more.

    Args:
        client: OpenSearch.
        pipeline: Whose versions they are.
        record: Where their runs in MLflow are kept.

    Returns:
        Names of unfinished versions, of slices without a base, and of versions whose run was still open.

    Raises:
        BuildInProgressError: A build lives, and what looks forgotten may be its own.
    """
    with leases.hold_lease(client, pipeline):
        return {
            "unfinished": clear_unfinished(client, pipeline, record),
            "slices": drop_orphans(client, pipeline),
            "runs": record.kill_forgotten(),
        }


@contextmanager
def _leaving_trouble(index: str) -> Iterator[None]:
    """Leave to the next build what can't be cleared now."""
    try:
        yield
    except (OpenSearchException, httpx.HTTPError) as error:
        log.warning("an unfinished version is left to the next build", index=index, error=str(error))
