"""An event is told as its message, then its exception, whichever way its logger wrote either."""

import json
import time
from typing import Any

import pytest

from processors.knowledge.logs.access import HttpRequest
from processors.knowledge.logs.opening import open_event
from processors.knowledge.logs.rendering import MAX_MESSAGE, render_event

TRACE = "X: y\n\tat a.B.c(B.java:7)"
STRUCTLOG_FRAME = {"filename": "B.java", "lineno": 7, "name": "a.B.c"}
FRAME = {"class": "a.B", "method": "c", "file": "B.java", "line": 7}


def tell(body: dict[str, Any]) -> str:
    return render_event(open_event(body))


@pytest.mark.parametrize(
    "fields",
    [
        {"error": {"type": "X", "message": "y", "stack_trace": TRACE}},
        {"error.type": "X", "error.message": "y", "error.stack_trace": TRACE},
        {"stack_trace": TRACE},
        {"stacktrace": TRACE},
        {"exception": TRACE},
        {"Exception": TRACE},
        {"@x": TRACE},
        {"exc_info": TRACE},
        {"err": {"type": "X", "message": "y", "stack": TRACE}},
        {"attributes": {"exception.message": "y", "exception.stacktrace": TRACE}},
        {"thrown": {"name": "X", "message": "y", "extendedStackTrace": [FRAME]}},
        {"thrown": {"name": "X", "message": "y", "extendedStackTrace": "\tat a.B.c(B.java:7)"}},
        {"error": {"stack_trace": ["X: y", "\tat a.B.c(B.java:7)"]}},
        {"exception": {"ClassName": "X", "Message": "y", "StackTraceString": "\tat a.B.c(B.java:7)"}},
        {"exception": [{"exc_type": "X", "exc_value": "y", "frames": [STRUCTLOG_FRAME]}]},
    ],
    ids=lambda fields: json.dumps(fields)[:40],
)  # fmt: skip
def test_the_exception_stands_behind_the_message(fields: dict[str, Any]) -> None:
    assert tell({"message": "request failed", **fields}) == f"request failed\n{TRACE}"


def test_a_cause_is_told_with_its_exception() -> None:
    cause = {"name": "OSError", "message": "disk full", "extendedStackTrace": [FRAME]}
    told = tell({"message": "failed", "thrown": {"name": "X", "message": "y", "cause": cause}})
    assert told == "failed\nX: y\nCaused by: OSError: disk full\n\tat a.B.c(B.java:7)"


@pytest.mark.parametrize(
    "fields",
    [
        {"error": "card refused"},
        {"err": "card refused"},
        {"error": {"message": "card refused"}},
        {"exception.message": "card refused"},
        {"attr": {"error": "card refused"}},
    ],
)
def test_a_reason_without_a_trace_is_told_too(fields: dict[str, Any]) -> None:
    assert tell({"msg": "payment failed", **fields}) == "payment failed\nerror: card refused"
    assert tell({"msg": "payment failed: card refused", **fields}).startswith("payment failed: card refused")


def test_a_cause_in_a_wrapping_is_told_too() -> None:
    frame = {"class": "a.B", "method": "c", "line": 7}
    cause = {"exception": {"exceptionType": "OSError", "message": "disk full", "frames": [frame]}}
    error = {"exceptionType": "X", "message": "y", "frames": [frame], "causedBy": cause}
    told = tell({"message": "failed", "exception": error})
    assert told.splitlines()[1::2] == ["X: y", "Caused by: OSError: disk full"]
    assert told.splitlines()[2] == "\tat a.B.c(unknown:7)"


def test_a_reason_is_told_with_its_kind() -> None:
    error = {"type": "java.net.SocketTimeoutException", "message": "Read timed out"}
    told = tell({"message": "request failed", "error": error})
    assert told == "request failed\njava.net.SocketTimeoutException: Read timed out"


def test_what_the_message_says_already_is_not_told_twice() -> None:
    assert tell({"message": f"failed\n{TRACE}", "stack_trace": TRACE}) == f"failed\n{TRACE}"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"short_message": "a", "full_message": "a\nb"}, "a\nb"),
        ({"message": "", "log": "in another field"}, "in another field"),
        ({"message": ["part one", "part two"]}, "part one\npart two"),
        ({"MESSAGE": [104, 105, 255]}, "hi�"),
        ({"message": {"text": "in an object"}}, "in an object"),
        ({"log": {"level": "error"}, "message": "beside an object"}, "beside an object"),
        ({"event": "structlog's"}, "structlog's"),
        ({"event": {"original": "ECS' own"}}, "ECS' own"),
        ({"event": {"message": "Splunk's"}}, "Splunk's"),
        ({"@mt": "order {Id} of {@Who:j} failed", "Id": 7, "Who": "bob"}, "order 7 of bob failed"),
        ({"MessageTemplate": "{A} and {B}", "Properties": {"A": 1}}, "1 and {B}"),
        ({"message": "{braces} of a text", "braces": 1}, "{braces} of a text"),
        ({"syslogtag": "app:", "msg": " with rsyslog's space"}, "with rsyslog's space"),
        ({"message": "\x1b[31mred\x1b[0m #033[1mbold#033[0m"}, "red bold"),
        ({"log": '{"log": "{\\"msg\\": \\"thrice wrapped\\"}"}'}, "thrice wrapped"),
        ({"message": '{"cut": "of'}, '{"cut": "of'),
        ({"message": "2026-11-21T07:00:00Z stdout F {\"msg\": \"inside\"}"}, "inside"),
        ({"message": 'Nov 21 07:00:00 web app[7]: {"msg": "behind a head"}'}, "behind a head"),
        ({"message": 'web_1  | {"msg": "behind a head"}'}, "behind a head"),
        ({"message": 'got a reply: {"msg": "refused"}'}, 'got a reply: {"msg": "refused"}'),
    ],
)  # fmt: skip
def test_what_was_said_is_found(body: dict[str, Any], told: str) -> None:
    assert tell(body) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"job": "backup", "took": 17, "level": "info", "time": "x"}, "job=backup took=17"),
        ({"a": {"b": {"c": "two words"}}}, 'a.b.c="two words"'),
        ({"message": 7}, "message=7"),
        ({"@timestamp": "2026-11-21T07:00:00Z"}, "@timestamp=2026-11-21T07:00:00Z"),
        ({"message": "", "@timestamp": "x"}, ""),
        ({"name": "Put", "errorMessage": "denied"}, "name=Put errorMessage=denied\nerror: denied"),
    ],
)  # fmt: skip
def test_an_event_without_a_message_is_told_as_its_fields(body: dict[str, Any], told: str) -> None:
    assert tell(body) == told


def test_a_request_without_a_message_is_told_first() -> None:
    opened = open_event({"path": "/a", "status": 502})
    told = render_event(opened, HttpRequest("GET", "/a", 502))
    assert told == "GET /a 502 Bad Gateway\npath=/a status=502"


def test_secrets_that_show_only_when_put_together_are_masked() -> None:
    numbers = [ord(letter) for letter in "login with password=correct-horse-7"]
    assert "correct-horse" not in tell({"MESSAGE": numbers})
    assert "correct-horse" not in tell({"auth": {"password": "correct-horse-7"}})


@pytest.mark.parametrize(
    "body",
    [
        {"message": "x" * 1_000_000},
        {f"key{number}": number for number in range(10_000)},
        {**{f"key{number}": {"a": number} for number in range(10_000)}, "message": "x"},
        {"message": "x", "error": {"stack_trace": ["a"] * 200_000}},
        {"@mt": "{a" * 300_000, "a": "x" * 100_000},
        {"@mt": "{a}" * 300_000, "a": "x" * 100},
        {"MESSAGE": [32] * 300_000},
        {"message": "{" * 500_000 + "}" * 500_000},
    ],
    ids=lambda body: f"{next(iter(body))} {len(body)}",
)
def test_large_events_take_no_time_and_are_cut(body: dict[str, Any]) -> None:
    begin = time.process_time()
    assert len(tell(body)) <= MAX_MESSAGE
    assert time.process_time() - begin < 0.5
