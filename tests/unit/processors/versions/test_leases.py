"""Whose a lease is, and when it has ended."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest

from processors.versions import lease_holders, leases
from processors.versions.lease_record import Holder

NOW = datetime.now(UTC)


def make_holder(**changes: Any) -> Holder:
    holder: Any = {**lease_holders.describe_self("a", None, "", NOW.isoformat()), "token": "b", **changes}
    return holder


def test_a_lease_ends_by_time() -> None:
    until = (NOW + timedelta(seconds=1)).isoformat()
    assert not lease_holders.has_ended(make_holder(until=until), NOW)
    assert lease_holders.has_ended(make_holder(until=until), NOW + timedelta(seconds=2))


def test_a_lease_ends_with_its_process_where_that_is_sure() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    started = psutil.Process(ended.pid).create_time()
    # Not waited for yet: a process that has ended, but is still listed.
    while psutil.Process(ended.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    gone = make_holder(pid=ended.pid, started=started)
    assert lease_holders.has_ended(gone, NOW)
    ended.wait()
    assert lease_holders.has_ended(gone, NOW)
    assert lease_holders.has_ended(make_holder(started=make_holder()["started"] - 60), NOW)
    for elsewhere in ("another machine", ""):
        assert not lease_holders.has_ended({**gone, "place": elsewhere}, NOW)
    # What waits for another task's process outlives its own.
    assert not lease_holders.has_ended({**gone, "handed_over": True, "to_other_process": True}, NOW)


@pytest.mark.parametrize(
    ("held", "taker", "is_for"),
    [
        ({}, {}, False),
        ({"token": "a"}, {}, True),
        ({"handed_over": True}, {}, True),
        ({"handed_over": True, "pid": os.getpid() + 1}, {"index": "cag-v000001"}, False),
        ({"handed_over": True, "to_other_process": True, "index": "cag-v000001"}, {}, False),
        (
            {"handed_over": True, "to_other_process": True, "index": "cag-v000001"},
            {"index": "cag-v000001"},
            True,
        ),
        (
            {"handed_over": True, "to_other_process": True, "index": "cag-v000001"},
            {"index": "cag-v000002"},
            False,
        ),
        ({"handed_over": True, "to_other_process": True, "run": "r"}, {"run": "r"}, True),
        ({"handed_over": True, "to_other_process": True, "run": "r"}, {"run": "s"}, False),
    ],
)
def test_a_lease_is_taken_by_whom_it_was_handed_to(
    held: dict[str, Any], taker: dict[str, Any], *, is_for: bool
) -> None:
    assert lease_holders.is_for(make_holder(**held), make_holder(token="a", **taker)) == is_for


def test_the_loser_is_told_who_builds_and_what_to_do() -> None:
    error = leases.BuildInProgressError("cag", make_holder(index="cag-v000007"))
    assert str(error).startswith(f"cag-v000007 is built by process {os.getpid()} on ")
    assert "Try again when it has ended" in str(error)
