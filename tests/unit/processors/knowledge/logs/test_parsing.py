"""Whatever a shipper sends becomes the same normalised line, or an error that says why not."""

import json
import re
from typing import Any

import pytest

from processors.knowledge.logs.parsing import LogLine, is_noise, parse_logs
from processors.knowledge.record import Record

CLOCK_MS = 1_763_708_400_000  # 2025-11-21T07:00:00Z


def make_record(value: str | None, key: str = "redis") -> Record:
    return Record(
        topic="runlore.logs", partition=0, offset=7, timestamp_ms=CLOCK_MS, key=key, headers={}, value=value
    )


def make_json(**fields: Any) -> Record:
    body = {"@timestamp": "2025-11-21T06:59:00Z", "message": "ready", "service": {"name": "redis"}, **fields}
    return make_record(json.dumps(body))


def parse_log(record: Record) -> LogLine:
    (line,) = parse_logs(record).lines
    return line


def test_ecs_names_are_read_nested_and_flat() -> None:
    nested = parse_log(make_json(log={"level": "ERROR"}, kubernetes={"namespace": "shop"}))
    flat = parse_log(make_json(**{"service.name": "redis", "log.level": "ERROR"}))
    assert (nested["severity"], nested["namespace"], nested["service"]) == ("error", "shop", "redis")
    assert (flat["severity"], flat["service"]) == ("error", "redis")


def test_opentelemetry_names_are_read() -> None:
    record = make_record(
        json.dumps(
            {
                "timeUnixNano": "1763708340000000000",
                "severityText": "WARN",
                "body": "slow answer",
                "resource": {"attributes": {"service.name": "shop", "k8s.pod.name": "shop-7d9f-x2x"}},
            }
        )
    )
    line = parse_log(record)
    assert (line["service"], line["severity"], line["message"]) == ("shop", "warning", "slow answer")
    assert line["observed_at"] == "2025-11-21T06:59:00+00:00"
    assert "shop-7d9f-x2x" in line["identifiers"]


def test_a_message_that_is_json_itself_is_opened() -> None:
    inner = json.dumps({"level": "error", "msg": "payment refused", "request_id": "req-77"})
    line = parse_log(make_json(message=inner))
    assert (line["message"], line["severity"]) == ("payment refused", "error")
    assert "req-77" in line["identifiers"]


def test_plain_text_is_a_line_of_the_service_in_the_key() -> None:
    line = parse_log(make_record("[2025-11-21 06:58:00,250] WARN disk is slow", key="store"))
    assert (line["service"], line["severity"]) == ("store", "warning")
    assert line["observed_at"] == "2025-11-21T06:58:00.250000+00:00"


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("2025-11-21T09:59:00+03:00", "2025-11-21T06:59:00+00:00"),
        (1763708340, "2025-11-21T06:59:00+00:00"),
        (1763708340000, "2025-11-21T06:59:00+00:00"),
        ("1763708340.0", "2025-11-21T06:59:00+00:00"),
        (None, "2025-11-21T07:00:00+00:00"),
        ("2125-01-01T00:00:00Z", "2025-11-21T07:00:00+00:00"),
    ],
)
def test_times_are_utc_and_never_far_ahead_of_the_broker(stated: object, read: str) -> None:
    assert parse_log(make_json(**{"@timestamp": stated}))["observed_at"] == read


def test_severity_comes_from_the_line_when_nothing_else_names_it() -> None:
    assert parse_log(make_json(message="[WARN ][o.o.node] disk"))["severity"] == "warning"
    assert parse_log(make_json(message="a plain line"))["severity"] == "info"


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[31mERROR\x1b[0m boom",
        "\x1b]8;;http://x\x07ERROR\x1b]8;;\x07 boom",
        "\x1b]8;;http://x\x1b\\ERROR\x1b]8;;\x1b\\ boom",
        "[31mERROR[0m boom",
        "[1;31mERROR[39m boom",
        "\u202eERROR\u202c boom",
        "\u2066ERROR\u2069 boom",
    ],
)
def test_what_changes_how_a_terminal_shows_a_line_is_left_out(text: str) -> None:
    (line,) = parse_logs(make_record(text)).lines
    assert (line["message"], line["severity"]) == ("ERROR boom", "error")


def test_brackets_that_are_no_colours_stay() -> None:
    (line,) = parse_logs(make_record("[mysqld] ended within [5min] a[0m")).lines
    assert line["message"].startswith("[mysqld] ended within [5min]")


def test_leading_space_stays_for_it_marks_a_continuation() -> None:
    assert parse_log(make_json(message="\tat a.b.C(C.java:1) \n"))["message"] == "\tat a.b.C(C.java:1)"


@pytest.mark.parametrize("value", [None, '{"message"', '{"message": "cut of', "[]", "{}", "[{}]"])
def test_what_cannot_be_read_is_an_error(value: str | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_log(make_record(value))


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ({"level": "info", "log": '{"level": "error", "msg": "x"}'}, "error"),
        ({"severity": "INFO", "jsonPayload": {"level": "fatal", "message": "x"}}, "critical"),
        ({"level": "info", "stream": "stdout", "message": '{"severity": "WARN", "msg": "x"}'}, "warning"),
        ({"level": "error", "log": '{"msg": "no level of its own"}'}, "error"),
        ({"level": "info", "message": "ERROR in the words alone"}, "info"),
        ({"level": "odd", "message": "ERROR where the level is none"}, "error"),
        ({"stream": "stderr", "log": "all is well"}, "info"),
        ({"message": "request failed", "error": {"stack_trace": "X: y\n\tat a.B.c(B.java:7)"}}, "error"),
        ({"level": "warn", "message": "tried again", "stack_trace": "X: y\n\tat a.B.c(B.java:7)"}, "warning"),
        ({"message": '10.0.0.1 - - [21/Nov/2025:06:59:00 +0000] "GET /a HTTP/1.1" 502 1'}, "error"),
        ({"method": "GET", "path": "/a", "status": 404}, "warning"),
    ],
)
def test_the_innermost_stated_level_counts(value: dict[str, Any], severity: str) -> None:
    assert parse_log(make_record(json.dumps(value)))["severity"] == severity


def test_events_of_one_message_share_its_offset() -> None:
    value = json.dumps([{"message": "ERROR one"}, {"message": "two", "time": "2025-11-21T06:59:00Z"}])
    lines = parse_logs(make_record(value)).lines
    assert [(line["offset"], line["severity"]) for line in lines] == [(7, "error"), (7, "info")]
    assert [line["observed_at"][11:16] for line in lines] == ["07:00", "06:59"]


def test_the_head_of_a_runtime_gives_time_and_stream_and_leaves_the_message() -> None:
    whole = parse_log(make_record("2025-11-21T09:59:00.000000001+03:00 stderr F \tat a.B.c(B.java:7)"))
    assert (whole["message"], whole["observed_at"][:16]) == ("\tat a.B.c(B.java:7)", "2025-11-21T06:59")
    assert (whole["is_part"], whole["stream"].endswith("|stderr")) == (False, True)
    cut = parse_log(make_record("2025-11-21T06:59:00Z stdout P begin of a "))
    assert (cut["message"], cut["is_part"]) == ("begin of a ", True)


def test_the_cluster_may_stand_in_a_header() -> None:
    record = make_json()
    assert parse_log({**record, "headers": {"cluster": "east"}})["cluster"] == "east"
    assert parse_log(make_json(**{"k8s.cluster.name": "west"}))["cluster"] == "west"


@pytest.mark.parametrize(
    "value",
    [
        '{"message":"cut to 20 characters: nice \\ud83d","service":{"name":"web"}}',
        '{"message":"x","service":{"name":"web\\udc00"}}',
        '{"message":"{\\"msg\\":\\"nice \\\\ud83d\\"}"}',
        '{"ts":1e999,"message":"x"}',
        '{"@timestamp":-Infinity,"message":"x"}',
        '{"time":NaN,"message":"x"}',
        '{"ts":-6795364578871345152,"message":"x"}',
        '{"ts":' + "9" * 4_000 + ',"message":"x"}',
        '{"level":' + "9" * 400 + ',"message":"x"}',
        '{"message":"nul \\u0000","time":{"$date":{"$date":{"$date":1}}}}',
    ],
    ids=lambda value: value[:40],
)
def test_odd_parts_of_a_record_lose_no_line(value: str) -> None:
    line = parse_log(make_record(value))
    json.dumps(line, ensure_ascii=False).encode()
    assert line["message"]
    assert line["observed_at"] == "2025-11-21T07:00:00+00:00"


def test_blank_debugging_and_configured_lines_are_noise() -> None:
    probes = [re.compile(r"GET /healthz .* 200")]
    told = {
        message: is_noise(parse_log(make_json(message=message)), probes)
        for message in ("", "DEBUG tick", "GET /healthz HTTP/1.1 200", "GET /orders HTTP/1.1 200")
    }
    assert list(told.values()) == [True, True, True, False]
