"""Who builds a version of a pipeline now: a lease for each, kept in its record.

The builder renews its lease while it lives. A lease ends by itself when it was not renewed for a while, and
at once when its process is provably gone: same machine and process namespace, and no such process any more.
What a build has left unfinished belongs to whoever holds the lease next.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from opensearchpy import OpenSearch, OpenSearchException

from processors.beside import run_beside
from processors.versions.lease_holders import describe_self, has_ended, is_for
from processors.versions.lease_record import TIMEOUT_S, Holder, Record, change_record, read_record

BEAT: Final = timedelta(seconds=10)
TERM: Final = timedelta(seconds=60)
"""A lease that was not renewed for so long has ended. Builders' clocks may differ by much less than this."""
HANDOVER: Final = timedelta(minutes=15)
"""How long a finished candidate waits for the task that gates it, before another build may begin."""
_LOOK_AGAIN_S: Final = 1.0
# A renewal that hangs must leave time for another one before the lease ends.
_BEAT_TIMEOUT_S: Final = 10.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lease:
    """A lease that this process holds."""

    client: OpenSearch
    pipeline: str
    token: str


class BuildInProgressError(RuntimeError):
    """Another build of the pipeline holds the lease."""

    def __init__(self, pipeline: str, holder: Holder) -> None:
        """Say who it is and what helps."""
        self.holder = holder
        what = holder["index"] or f"a version of {pipeline}"
        doing = "waits for its gate" if holder["handed_over"] else f"is built by process {holder['pid']}"
        super().__init__(
            f"{what} {doing} on {holder['host']} since {holder['since'][:19]} UTC, so no other build of "
            f"{pipeline} begins. Nothing was written. Try again when it has ended; if its builder is dead, "
            f"its lease ends by itself at {holder['until'][:19]} UTC."
        )


class LeaseLostError(RuntimeError):
    """This build was taken for dead, and another one has begun."""


@contextmanager
def hold_lease(client: OpenSearch, pipeline: str, index: str | None = None, run: str = "") -> Iterator[Lease]:
    """Hold the lease of a pipeline and renew it until the block ends.

    Args:
        client: OpenSearch.
        pipeline: Whose versions are built.
        index: A version that was handed over, to go on with it.
        run: Names the pipeline's run; one that is tried again takes over what it handed over itself.

    Raises:
        BuildInProgressError: Another builder lives, or its lease has not ended yet.
    """
    lease = Lease(client, pipeline, uuid.uuid4().hex)
    _take(lease, describe_self(lease.token, index, run, _later(TERM)))
    try:
        with run_beside(partial(_keep_beating, lease)):
            yield lease
    finally:
        _give_back(lease)


def name_index(lease: Lease, choose: Callable[[int], str], number_of: Callable[[str], int]) -> str:
    """Write down which version is built, before it exists, and return its name.

    Args:
        lease: Of this process.
        choose: Returns the name by the highest number that was ever used.
        number_of: Returns the number of a name.
    """

    def change(record: Record, holder: Holder) -> Record:
        # A write whose answer was lost is made again, and finds the name that it gave.
        if holder["index"]:
            return record
        index = choose(record["last_number"])
        return {"last_number": number_of(index), "holder": {**holder, "index": index}}

    changed = _change_own(lease, change)["holder"]
    return str(changed["index"]) if changed else ""


def hand_over(lease: Lease, *, to_other_process: bool) -> None:
    """Keep the version from other builds until this process, or that of another task, goes on with it."""
    until = _later(HANDOVER if to_other_process else TERM)

    def change(record: Record, holder: Holder) -> Record:
        handed: Holder = {**holder, "handed_over": True, "to_other_process": to_other_process, "until": until}
        return {**record, "holder": handed}

    _change_own(lease, change)


def require_lease(lease: Lease) -> None:
    """See that the lease is still this process's own.

    Raises:
        LeaseLostError: It was taken for dead.
    """
    _change_own(lease, _renew)


def find_builder(client: OpenSearch, pipeline: str) -> Holder | None:
    """Return who builds now, or None if nobody does or the builder is dead."""
    holder = read_record(client, pipeline)["holder"]
    return None if holder is None or has_ended(holder, datetime.now(UTC)) else holder


def _later(span: timedelta) -> str:
    return (datetime.now(UTC) + span).isoformat()


def _take(lease: Lease, taker: Holder) -> None:
    """Take the lease, or see that its holder lives; a holder elsewhere is watched until its time is over."""
    seen: str | None = None

    def change(record: Record) -> Record:
        held = record["holder"]
        if held is not None and not is_for(held, taker):
            if not has_ended(held, datetime.now(UTC)):
                raise BuildInProgressError(lease.pipeline, held)
            log.warning("lease of a dead builder is taken over", pipeline=lease.pipeline, holder=held)
        return {**record, "holder": taker}

    while True:
        taker["until"] = _later(TERM)
        try:
            change_record(lease.client, lease.pipeline, change)
            return
        except BuildInProgressError as error:
            holder = error.holder
            is_near = bool(holder["place"]) and holder["place"] == taker["place"]
            if is_near or holder["handed_over"] or seen not in (None, holder["until"]):
                raise
            seen = holder["until"]
        time.sleep(_LOOK_AGAIN_S)


def _renew(record: Record, holder: Holder) -> Record:
    # What was handed over has its own time.
    if holder["handed_over"]:
        return record
    return {**record, "holder": {**holder, "until": _later(TERM)}}


def _keep_beating(lease: Lease, done: threading.Event) -> None:
    while not done.wait(BEAT.total_seconds()):
        try:
            _change_own(lease, _renew, _BEAT_TIMEOUT_S)
        except LeaseLostError as error:
            # The build finds out by itself, at the latest before it lets its version go live.
            log.warning("lease lost", error=str(error))
            return
        except OpenSearchException as error:
            log.warning("lease could not be renewed, which is tried again", error=str(error))


def _give_back(lease: Lease) -> None:
    def change(record: Record) -> Record:
        holder = record["holder"]
        is_own = holder is not None and holder["token"] == lease.token and not holder["handed_over"]
        return {**record, "holder": None} if is_own else record

    try:
        change_record(lease.client, lease.pipeline, change)
    except OpenSearchException as error:
        log.warning("lease was not given back, it ends by itself", error=str(error))


def _change_own(
    lease: Lease, change: Callable[[Record, Holder], Record], timeout_s: float = TIMEOUT_S
) -> Record:
    def change_own(record: Record) -> Record:
        holder = record["holder"]
        if holder is None or holder["token"] != lease.token:
            raise LeaseLostError(
                f"this build of {lease.pipeline} was not heard of for {TERM.total_seconds():.0f} s, and its "
                "lease was given to another one. What it wrote is deleted; the live version is as it was."
            )
        return change(record, holder)

    return change_record(lease.client, lease.pipeline, change_own, timeout_s)
