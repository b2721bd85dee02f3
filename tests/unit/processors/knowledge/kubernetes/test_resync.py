"""What may become wrong by time alone is told again every hour, everything every day."""

from datetime import UTC, datetime
from typing import Any

import pytest

from processors.knowledge.kubernetes.resync import choose_resynced, is_unsettled
from tests.support.kubernetes import make_object

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEPLOYMENT = make_object("Deployment", spec={"replicas": 2}, status={"readyReplicas": 1})
CALM = make_object("Deployment", spec={"replicas": 2}, status={"readyReplicas": 2, "updatedReplicas": 2})


@pytest.mark.parametrize(
    ("object_", "unsettled"),
    [
        (make_object("Service", metadata={"deletionTimestamp": "2026-11-21T11:00:00Z"}), True),
        (make_object("Pod", status={"phase": "Pending"}), True),
        (make_object("CronJob", spec={"schedule": "* * * * *"}), True),
        (DEPLOYMENT, True),
        (CALM, False),
        (make_object("Pod", status={"phase": "Succeeded"}), False),
        (make_object("ConfigMap"), False),
        (make_object("Lease"), False),
        ({}, False),
    ],
)
def test_what_waits_or_is_wrong_is_unsettled(object_: dict[str, Any], unsettled: bool) -> None:
    assert is_unsettled(object_, NOON) == unsettled


def test_a_day_is_new_at_midnight() -> None:
    after = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
    is_retold = choose_resynced("2026-11-20T23:55:00+00:00", after)
    assert is_retold is not None
    assert is_retold(CALM)


@pytest.mark.parametrize("listed", ["", "soon", "0001-01-01T00:00:00Z"])
def test_what_was_never_told_again_is(listed: str) -> None:
    is_retold = choose_resynced(listed, NOON)
    assert is_retold is not None
    assert is_retold(CALM)
