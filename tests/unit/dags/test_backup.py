"""A back-up of nothing is no failure when the schedule asks for it, and one when a person does."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from dags import backup
from processors.pipelines.backup import indices, record
from processors.pipelines.backup.record import NothingToBackUpError
from processors.settings import change_settings


@pytest.mark.parametrize(
    ("run_type", "held", "ends"),
    [
        ("scheduled", {}, AirflowSkipException),
        ("scheduled", {"begun": None}, AirflowSkipException),
        # Once there was something: it is lost.
        ("scheduled", {"whole": "a record"}, AirflowFailException),
        ("manual", {}, AirflowFailException),
    ],
)
def test_a_back_up_of_nothing(
    monkeypatch: pytest.MonkeyPatch, run_type: str, held: dict[str, str | None], ends: type[Exception]
) -> None:
    def find_nothing(_settings: object, _name: str) -> dict[str, int]:
        raise NothingToBackUpError("there is nothing to back up")

    monkeypatch.setattr(indices, "snapshot_indices", find_nothing)
    monkeypatch.setattr(record, "list_backups", lambda _: held)
    monkeypatch.setattr(
        backup, "SETTINGS", change_settings(backup.SETTINGS, backup={"url": "file:///backup"})
    )
    run = SimpleNamespace(run_type=run_type, run_after=datetime(2026, 11, 21, tzinfo=UTC))
    with pytest.raises(ends, match="nothing to back up"):
        backup.snapshot_indices_task.function({"backup": ""}, run)
