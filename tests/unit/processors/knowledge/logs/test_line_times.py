"""A line's time is the first one that can be believed: of its fields, of its beginning, of the broker."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from processors.knowledge.flat_fields import flatten_fields
from processors.knowledge.logs.line_times import find_moment

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
THEN = datetime(2026, 11, 21, 6, 59, tzinfo=UTC)
SECONDS = 1_795_244_340


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-21T09:59:00.000000000+03:00 ERROR zone plus three",
        "2026-11-21T01:59:00.000000000-05:00 ERROR zone minus five",
        "2026/11/21 06:59:00 [error] 31#31: nginx",
        "E1121 06:59:00.000000       1 a.go:1] klog",
        "2026-11-21t06:59:00z small letters of RFC 3339",
        "2026-11-21t09:59:00.000+03:00 small t with a zone",
        "2026-11-21T06:59:00z ERROR small z",
        "E261121 06:59:00.000000 812 kv/raft.go:99 CockroachDB",
        "[E 261121 06:59:00 web:1875] Tornado",
        "11/21/26 06:59:00 - Process(4711.1) User(mqm)",
        "[11/21/26, 06:59:00:000 UTC] 0000004f LocalTranCoor E   WebSphere",
        "11/21/26 6:59 AM started",
        "####<Nov 21, 2026 06:59:00,000 AM UTC> <Error> <Deployer> WebLogic",
        "https 2026-11-21T06:59:00.000000Z app/shop/50dc6c495c0c9188 10.3.0.7:51234 a load balancer",
        "h2 2026-11-21T06:59:00.000000Z app/shop/50dc6c495c0c9188 10.3.0.7:51234 another",
        'level=warning msg="no update" error="EOF" subsys=daemon time="2026-11-21T06:59:00Z"',
        "level=error component=raft lost ts=2026-11-21T06:59:00Z",
        "<164>Nov 21 2026 06:59:00 fw1 : %ASA-4-106023: Deny tcp",
        "KERNDTLB 1795258141 2026.11.21 R30-M0 2026-11-21-06.59.00.000000 R30-M0 RAS",
        "2026-11-21-06.59.00.000000+000 I123E456 LEVEL: Error",
        "I20261121 06:59:00.000000 1 a.cc:1] glog with a year",
        "Nov 21 06:59:00 web app[7]: syslog",
        "<11>Nov 21 06:59:00 web1 app[7]: syslog with priority",
        "<27>1 2026-11-21T06:59:00Z web1 api 77 ID1 - rfc 5424",
        "2026-11-21T06:59:00+00:00 web1 app[7]: rsyslog",
        '10.0.0.1 - - [21/Nov/2026:06:59:00 +0000] "GET /a HTTP/1.1" 500 1',
        '10.0.0.1 - frank [21/Nov/2026:09:59:00 +0300] "GET /a HTTP/1.1" 500 1',
        "haproxy[7]: 10.0.0.1:5000 [21/Nov/2026:06:59:00.000] fe be/s1 0/0/1/5/6 503 212",
        "ts=2026-11-21T06:59:00Z level=error msg=logfmt",
        'level=error time="2026-11-21T06:59:00Z" msg=logrus',
        f"level=error ts={SECONDS}.000 msg=epoch",
        "1:M 21 Nov 2026 06:59:00.000 # Redis",
        "[1] 2026/11/21 06:59:00.000000 [ERR] NATS",
        "[2026-11-21 06:59:00,000] ERROR Kafka",
        "[2026-11-21 06:59:00 +0000] [7] [ERROR] gunicorn",
        "[Sat Nov 21 06:59:00.000123 2026] [core:error] [pid 7] Apache",
        "21-Nov-2026 06:59:00.000 SEVERE [main] Tomcat",
        "Nov 21, 2026 6:59:00 AM org.apache.x run\nSEVERE: java.util.logging",
        "[Nest] 123  - 11/21/2026, 6:59:00 AM   ERROR [X] Nest",
        "26/11/21 06:59:00 ERROR Executor: Spark",
        "261121 065900 148 INFO dfs.DataNode: HDFS",
        "11-21 06:59:00.000  1702  2395 D Tag: Android",
        "[11.21 06:59:00] chrome.exe - Proxifier",
        "20261121-06:59:00:000|Step_LSC|30002312|x",
        "I, [2026-11-21T06:59:00.000000 #7]  INFO -- : Ruby",
        "nova-api.log.1.2026-11-21_06:59:00 2026-11-21 06:59:00.000 25746 INFO nova",
        "ERROR 2026-11-21 06:59:00,000 the level first",
        "[ERROR]\t2026-11-21T06:59:00.000Z\t5f2c-11\tLambda",
        "2026-11-21T06:59:00.000Z\terror\tzap/pay.go:7\tconsole",
        "[main] 2026-11-21 06:59:00 a thread first",
        "ERROR|2026-11-21 06:59:00|bars between",
        "web_1  | 2026-11-21 06:59:00 Docker Compose",
        "21.11.2026 06:59:00 Ошибка: нет связи",
        "=ERROR REPORT==== 21-Nov-2026::06:59:00 ===",
        f"{SECONDS}.000    180 10.0.0.1 TCP_MISS/200 squid",
        f"- {SECONDS} 2026.11.21 R02 supercomputers",
        f"type=AVC msg=audit({SECONDS}.000:12): denied",
        "[21-Nov-2026 09:59:00 Europe/Moscow] PHP Notice:  x",
        "<Event xmlns='x'><System><Level>2</Level><TimeCreated SystemTime='2026-11-21T06:59:00Z'/></System>",
    ],
)
def test_the_time_at_the_beginning_of_a_line_is_read(line: str) -> None:
    assert abs((find_moment([{}], line, NOW) - THEN).total_seconds()) < 1


@pytest.mark.parametrize(
    "line",
    [
        "a plain line",
        "07:00:00 INFO a time without a day",
        "[12345.678901] usb 1-1: uptime of a kernel",
        "the order of 2026-11-20 10:00:00 was shipped",
        f"order {SECONDS - 90_000} was paid",
        "2099-01-01T00:00:00Z ahead",
        "0001-01-01T00:00:00Z a zero time",
        "1970-01-01T00:00:00Z a clock that was reset",
        "until=2026-11-20T10:00:00Z is no time of the line",
        "Foo 21 06:59:00 no month",
        "",
    ],
)
def test_the_broker_has_the_time_where_the_line_states_none(line: str) -> None:
    assert find_moment([{}], line, NOW) == NOW


@pytest.mark.parametrize(
    "body",
    [
        {"@timestamp": "2026-11-21T06:59:00Z"},
        {"timestamp": "21/Nov/2026:06:59:00 +0000"},
        {"timestamp": "Sat, 21 Nov 2026 06:59:00 GMT"},
        {"timestamp": "Nov 21 06:59:00"},
        {"t": {"$date": "2026-11-21T06:59:00Z"}},
        {"timeUnixNano": "0", "observedTimeUnixNano": f"{SECONDS}000000000"},
        {"asctime": "2026-11-21 06:59:00,000"},
        {"date": SECONDS},
        {"ts": SECONDS * 1000.0},
        {"instant": {"epochSecond": SECONDS, "nanoOfSecond": 0}},
        {"__REALTIME_TIMESTAMP": f"{SECONDS}000000"},
        {"event": {"created": "2026-11-21T06:59:00Z"}},
        {"time_local": "21/Nov/2026:06:59:00 +0000"},
        {"requestReceivedTimestamp": "2026-11-21T06:59:00.000000Z"},
        {"Event": {"System": {"TimeCreated": {"#attributes": {"SystemTime": "2026-11-21T06:59:00Z"}}}}},
        # The first one that can be believed counts.
        {"@timestamp": "", "time": "soon", "ts": SECONDS},
        {"@timestamp": "2099-01-01T00:00:00Z", "timestamp": "2026-11-21T06:59:00Z"},
        {"timestamp": 1, "time": {"a": 1}, "date": SECONDS},
        {"ts": float("inf"), "time": f"{SECONDS}"},
    ],
)
def test_the_time_of_a_field_is_read(body: dict[str, Any]) -> None:
    moment = find_moment([flatten_fields(body)], "2026-11-21 06:00:00 another", NOW)
    assert abs((moment - THEN).total_seconds()) < 1


@pytest.mark.parametrize(
    "stated",
    ["", "soon", 0, -1, True, [], {}, {"a": 1}, 1e999, -6795364578871345152, "9" * 400, "0001-01-01"],
)
def test_a_field_that_cannot_be_believed_loses_no_line(stated: Any) -> None:
    assert find_moment([{"timestamp": stated}], "E1121 06:59:00.000000 1 a.go:1] x", NOW) == THEN
    assert find_moment([{"timestamp": stated}], "a plain line", NOW) == NOW


@pytest.mark.parametrize("piece", ["Nov 21 ", "2026-11-21 ", "[", "1:", "ts=", "a ", "9"])
def test_long_lines_take_no_time(piece: str) -> None:
    line = piece * (1_000_000 // len(piece))
    begin = time.process_time()
    find_moment([{}], line, NOW)
    assert time.process_time() - begin < 0.2
