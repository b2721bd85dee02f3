"""A level is read by any name, in any word, and on the scale of the logger that wrote its number."""

from typing import Any

import pytest

from processors.knowledge.flat_fields import flatten_fields
from processors.knowledge.logs.field_levels import find_level


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        # Words
        ({"log": {"level": "ERROR"}}, "error"),
        ({"log.level": "Warning"}, "warning"),
        ({"severityText": "Error2"}, "error"),
        ({"Level": "Information"}, "info"),
        ({"@l": "Fatal"}, "critical"),
        ({"level": "ERROR+2"}, "error"),
        ({"level": "\x1b[31merror\x1b[39m"}, "error"),
        ({"level": "\x1b[1;33mWARN\x1b[0m"}, "warning"),
        ({"levelname": "#033[35mCRITICAL#033[0m"}, "critical"),
        ({"level": "LogLevel.Error"}, "error"),
        ({"level": "Microsoft.Extensions.Logging.LogLevel.Critical"}, "critical"),
        ({"severity": "logging.WARNING"}, "warning"),
        ({"lvl": "eror"}, "error"),
        ({"level": {"standardLevel": "WARN", "intLevel": 300}}, "warning"),
        ({"syslogseverity-text": "err"}, "error"),
        ({"level": 400, "level_name": "NOTICE"}, "info"),
        # Numbers whose name tells their scale
        ({"severityNumber": 17}, "error"),
        ({"severityNumber": "21"}, "critical"),
        ({"severity_number": 4}, "debug"),
        ({"levelno": 40}, "error"),
        ({"level_value": 30_000}, "warning"),
        ({"severityNumber": "SEVERITY_NUMBER_ERROR2"}, "error"),
        ({"winlog": {"level": "error"}}, "error"),
        ({"Event": {"System": {"Level": "2"}}}, "error"),
        ({"syslogseverity": "3"}, "error"),
        ({"log": {"syslog": {"severity": {"code": 4}}}}, "warning"),
        # Numbers whose size and neighbours tell it
        ({"level": 3, "short_message": "x"}, "error"),
        ({"level": 50}, "error"),
        ({"level": 40}, "warning"),
        ({"level": 40, "asctime": "x"}, "error"),
        ({"level": 60}, "critical"),
        ({"level": 2, "ProviderName": "x"}, "error"),
        ({"level": 400}, "error"),
        ({"level": 900}, "warning"),
        ({"level": 1000}, "error"),
        ({"severity": 4}, "warning"),
        ({"severity": 500}, "error"),
        ({"PRIORITY": "3", "_SYSTEMD_UNIT": "a.service"}, "error"),
        ({"t": {"$date": "x"}, "s": "W", "c": "NETWORK", "msg": "slow"}, "warning"),
        ({"status": "error", "ddsource": "java"}, "error"),
        ({"EventType": "ERROR", "Channel": "System", "EventID": 7}, "error"),
        # Nothing
        ({"event_type": "failure"}, ""),
        ({"status": "error"}, ""),
        ({}, ""),
        ({"level": "high"}, ""),
        ({"level": ""}, ""),
        ({"level": None}, ""),
        ({"level": True}, ""),
        ({"level": -1}, ""),
        ({"level": 10**400}, ""),
        ({"level": float("nan")}, ""),
        ({"level": 1e999}, ""),
        ({"level": ["error"]}, ""),
        ({"level": "9" * 5_000}, ""),
        ({"severity": "DEFAULT"}, ""),
        ({"priority": 3}, ""),
        ({"s": "E"}, ""),
    ],
)
def test_a_level_is_read(body: dict[str, Any], severity: str) -> None:
    assert find_level(flatten_fields(body)) == severity


@pytest.mark.parametrize(
    "body",
    [
        {"PRIORITY": "3", "_TRANSPORT": "journal", "CONTAINER_ID": "abc"},
        {"PRIORITY": "6", "_TRANSPORT": "stdout", "_SYSTEMD_UNIT": "a.service"},
        {"short_message": "x", "level": 3, "_container_id": "abc"},
        {"stream": "stderr"},
    ],
)
def test_the_stream_that_was_written_to_is_no_level(body: dict[str, Any]) -> None:
    assert find_level(flatten_fields(body)) == ""
