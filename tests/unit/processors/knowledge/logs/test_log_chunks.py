"""From what a shipper sends to what is told: counts, severities, requests, and what belongs together."""

import json
from typing import Any

import pytest

from processors.knowledge.chunk import Chunk
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record

MINUTE = 60_000
NOW_MS = 1_795_246_200_000  # 2026-11-21T07:30:00Z
CASE = {"kubernetes": {"namespace": "case"}}


def make_record(offset: int, value: str | dict[str, Any], key: str) -> Record:
    text = value if isinstance(value, str) else json.dumps(value)
    return Record(
        topic="runlore.logs", partition=0, offset=offset, timestamp_ms=NOW_MS, key=key, headers={}, value=text
    )


def tell(*values: str | dict[str, Any], key: str = "shop") -> list[Chunk]:
    """Return what is told of some records of a service in the end, in the order of their first lines."""
    records = [make_record(offset, value, key) for offset, value in enumerate(values)]
    chunks = build_chunks(records, None, (), "b", "2026-11-21T07:30:00+00:00")["chunks"]
    return sorted(chunks, key=lambda chunk: chunk["cite"]["start_offset"])


def make_event(message: str, second: int = 0, **fields: Any) -> dict[str, Any]:
    at = f"2026-11-21T07:{second // 60:02}:{second % 60:02}+00:00"
    return {"@timestamp": at, "message": message, "service": {"name": "shop"}, **CASE, **fields}


@pytest.mark.parametrize(
    "level", [lambda name: {"log": {"level": name}}, lambda name: {"severityText": name.upper()}]
)
def test_errors_are_counted_beside_as_many_info_lines_of_their_pattern(level: Any) -> None:
    usual = [make_event(f"posting batch {n} finished", n, **level("info")) for n in range(200)]
    wrong = [make_event(f"posting batch {n} finished", 200 + n, **level("error")) for n in (901, 902)]
    info, error = tell(*usual, *wrong)
    assert info["text"].startswith("200 log lines of shop in case (info) between ")
    assert error["text"].startswith("2 log lines of shop in case (error) ")
    assert "posting batch 901 finished" in error["text"]
    assert (info["severity"], error["severity"]) == ("info", "error")


def test_an_entry_that_turns_out_to_be_an_error_is_counted_as_one() -> None:
    usual = [make_event(f"request {n} done", n) for n in range(30)]
    trace = [make_event(text, 40) for text in ("request 99 done", "\tat a.B.c(B.java:1)")]
    (chunk,) = tell(*usual, *trace, *[make_event(f"request {n} done", 50 + n) for n in range(9)])
    assert chunk["text"].startswith("1 log line of shop in case (error), and 39 (info) between ")
    assert "request 99 done\n\tat a.B.c(B.java:1)" in chunk["text"]
    assert chunk["severity"] == "error"


@pytest.mark.parametrize(
    "place",
    [
        lambda name: {"kubernetes": {"namespace": name}},
        lambda name: {"k8s.cluster.name": name},
        lambda name: {"orchestrator": {"cluster": {"name": name}}},
        lambda name: {"log": {"file": {"path": f"/var/log/{name}.log"}}},
    ],
)
def test_places_are_told_apart(place: Any) -> None:
    lines = [make_event(f"ERROR payment {n} declined", n, **place("stage")) for n in range(5)]
    lines += [make_event(f"ERROR payment {n} declined", n, **place("prod")) for n in range(7)]
    stage, prod = tell(*lines)
    assert (stage["labels"]["count"], prod["labels"]["count"]) == ("5", "7")
    assert stage["chunk_id"] != prod["chunk_id"]
    told = [(chunk["namespace"], chunk["cluster"], chunk["cite"]["file"]) for chunk in (stage, prod)]
    assert told[0] != told[1]


def test_pods_of_one_deployment_share_a_window() -> None:
    paths = [
        f"/var/log/containers/shop-7d9f8c6b5-{pod}_case_app-{pod[0] * 64}.log" for pod in ("a2vqn", "b9kzt")
    ]
    (chunk,) = tell(*[make_event("ready", log={"file": {"path": path}}) for path in paths])
    assert chunk["labels"]["count"] == "2"


CLF = '10.3.0.7 - - [21/Nov/2026:07:{:02}:{:02} +0000] "POST /route/v1 HTTP/1.1" {} 88 0.100'


def _combined(second: int, status: int) -> str:
    return CLF.format(second // 60, second % 60, status) + ' "-" "curl/8.5"'


def _envoy(second: int, status: int) -> str:
    at = f"2026-11-21T07:{second // 60:02}:{second % 60:02}.123Z"
    return f'[{at}] "POST /route/v1 HTTP/1.1" {status} - 0 88 5 4 "-" "curl/8.5" "{second:032x}" "shop" "-"'


def _json(second: int, status: int) -> str:
    return json.dumps({"msg": "request", "status": status, "method": "POST", "path": f"/route/v1?n={second}"})


@pytest.mark.parametrize("write", [_combined, _envoy, _json])
def test_failed_requests_of_an_access_log_are_counted_by_status(write: Any) -> None:
    statuses = [200] * 60 + [502] * 8 + [503] * 4 + [200] * 8
    lines = [make_event(write(n, status), n) for n, status in enumerate(statuses)]
    good, bad = tell(*lines)
    assert bad["text"].startswith(
        "12 requests of shop in case failed with HTTP 5xx server errors (error): 8 × 502 Bad Gateway "
        "and 4 × 503 Service Unavailable of POST /route/v1, "
        "between 2026-11-21T07:01:00 and 2026-11-21T07:01:11 UTC:"
    )
    assert bad["title"] == "shop: POST /route/v1 → 502, 503"
    assert (bad["severity"], good["severity"]) == ("error", "info")
    assert good["text"].startswith(
        "68 requests of shop in case ended with HTTP 2xx success (info): 68 × 200 OK"
    )
    shown = bad["text"].splitlines()[-4:]
    assert all(any(str(status) in line for line in shown) for status in (502, 503))
    assert "5xx server error" in bad["gist"]


def test_a_thousand_requests_are_one_window_for_their_times_are_no_values() -> None:
    lines = [make_event(_combined(n, 200), n) for n in range(1_500)]
    (chunk,) = tell(*lines)
    assert chunk["labels"]["count"] == "1500"
    assert chunk["values"] == ["10.3.0.7"]


@pytest.mark.parametrize(
    "time",
    [
        "21/Nov/2026:07:{0:02}:{1:02} +0300",
        "2026/11/21 07:{0:02}:{1:02}",
        "Nov 21 07:{0:02}:{1:02}",
        "I1121 07:{0:02}:{1:02}.123456",
        "2026-11-21T07:{0:02}:{1:02}.123456789+03:00",
        "Sat Nov 21 07:{0:02}:{1:02}.123456 2026",
        "2026-11-21 07:{0:02}:{1:02},123",
        "20261121T07{0:02}{1:02}Z",
    ],
)
def test_times_are_no_values_and_no_part_of_a_title(time: str) -> None:
    lines = [make_event(f"[{time.format(n // 60, n % 60)}] queue is long", n) for n in range(100)]
    (chunk,) = tell(*lines)
    assert (chunk["title"], chunk["values"]) == ("shop: queue is long", [])


@pytest.mark.parametrize(
    "time",
    [
        "21/Nov/2026:07:{0:02}:{1:02}", "2026/11/21 07:{0:02}:{1:02}",
        "2026-11-21T07:{0:02}:{1:02}.123456789+03:00", "2026-11-21 07:{0:02}:{1:02},123",
    ],
)  # fmt: skip
def test_nor_are_those_in_the_midst_of_a_line(time: str) -> None:
    lines = [make_event(f"queue is long since {time.format(n // 60, n % 60)}", n) for n in range(100)]
    (chunk,) = tell(*lines)
    assert chunk["values"] == []


def test_a_client_may_ask_for_any_path() -> None:
    lines = [
        make_event(_combined(n, 404).replace("route/v1", f"{chr(97 + n % 26) * (n % 50)}/x"))
        for n in range(900)
    ]
    chunks = tell(*lines, make_event(_combined(1, 500)))
    assert len(chunks) < 210
    assert "POST /route/v1 → 500" in chunks[-1]["title"]


@pytest.mark.parametrize(
    "pair",
    [
        ("backup of {} finished: ok", "backup of {} finished: failed"),
        ("connection to {} opened", "connection to {} refused"),
        ("worker {} is up", "worker {} is down"),
        ("feature {} was enabled", "feature {} was disabled"),
        ("login of {} was accepted", "login of {} was rejected"),
        ("node {} is healthy", "node {} is unhealthy"),
        ("module {} is now ready", "module {} is not ready"),
        ("access to {} granted=true", "access to {} granted=false"),
        ("we can reach {} now", "we can't reach {} now"),
        ("выгрузка {} прошла успешно", "выгрузка {} прошла неуспешно"),
        ("узел {} запущен", "узел {} остановлен"),
        ("upstream {} said status 200", "upstream {} said status 503"),
        ("upstream {} returned 200", "upstream {} returned 503"),
        ("sync of {} done with 0 errors", "sync of {} done with 7 errors"),
        ("batch {} done, failed: 0", "batch {} done, failed: 12"),
        ("volume {} is bound", "volume {} is unbound"),
        ("helper {} ended with exit code 0", "helper {} ended with exit code 3"),
    ],
)
def test_opposites_do_not_melt_into_one_pattern(pair: tuple[str, str]) -> None:
    names = ("alpha", "beta", "gamma", "delta")
    one, other = tell(*[make_event(pair[n % 2].format(name)) for n, name in enumerate((*names, *names))])
    assert (one["labels"]["count"], other["labels"]["count"]) == ("4", "4")
    assert one["labels"]["template"] != other["labels"]["template"]


WOVEN = (
    "java.lang.IllegalStateException: stock negative", "java.io.IOException: pipe broken",
    "\tat shop.Stock.take(Stock.java:11)", "\tat shop.Net.send(Net.java:33)",
    "\tat shop.Api.post(Api.java:22)", "\tat shop.Api.get(Api.java:44)",
)  # fmt: skip


@pytest.mark.parametrize(
    "order", [(0, 1, 2, 3, 4, 5), (0, 2, 1, 3, 4, 5), (0, 2, 4, 1, 3, 5), (1, 0, 3, 2, 5, 4)]
)
def test_woven_traces_stay_in_one_passage_that_says_so(order: tuple[int, ...]) -> None:
    (chunk,) = tell(*[WOVEN[n] for n in order])
    assert chunk["text"].startswith(
        "2 log lines of shop (error), stack traces woven into each other (a frame may "
    )
    assert all(line in chunk["text"] for line in WOVEN)
    assert chunk["severity"] == "error"


def test_woven_traces_of_logged_errors_tell_each_other() -> None:
    lines = ("ERROR nothing was taken", WOVEN[0], "ERROR send failed", *WOVEN[1:])
    take, send = tell(*lines)
    assert "\tat" not in take["text"]
    assert "woven" in send["text"]
    assert all(line in send["text"] for line in WOVEN)
    assert (take["severity"], send["severity"]) == ("error", "error")


def test_a_frame_goes_past_a_line_of_another_thread() -> None:
    trace, tick = tell(WOVEN[0], WOVEN[2], "INFO tick", WOVEN[4])
    assert trace["text"].endswith("\n".join((WOVEN[0], WOVEN[2], WOVEN[4])))
    assert (tick["text"].splitlines()[-1], tick["severity"]) == ("INFO tick", "info")


def test_traces_that_ended_are_told_apart() -> None:
    end = "\tat java.base/java.lang.Thread.run(Thread.java:833)"
    chunks = tell(WOVEN[0], WOVEN[2], end, WOVEN[1], WOVEN[3], end)
    assert [chunk["text"].count(end) for chunk in chunks] == [1, 1]
    assert "Net.java" not in chunks[0]["text"]


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        (
            (
                "panic: assignment to entry in nil map", "goroutine 1 [running]:", "main.main()",
                "\t/app/main.go:7 +0x1d", "exit status 2",
            ),
            "critical",
        ),
        (
            (
                "panic: runtime error: invalid memory address or nil pointer dereference",
                "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48]",
                "goroutine 18 gp=0xc000 m=0 mp=0x55 [running]:", "main.(*Store).get(0xc000012, {0x1, 0x2})",
                "\t/app/store.go:17 +0x2f", "created by main.main in goroutine 1", "\t/app/main.go:7 +0x1d",
            ),
            "critical",
        ),
        (
            (
                "thread 'main' panicked at src/main.rs:5:10:", "no route to shop",
                "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
                "stack backtrace:", "   0: rust_begin_unwind", "   1: core::panicking::panic_fmt",
                "             at /rustc/a1/library/core/src/panicking.rs:72:14",
            ),
            "critical",
        ),
        (
            (
                "/app/pay.js:3", "    throw new Error('boom');", "    ^", "Error: boom",
                "    at pay (/app/pay.js:3:11)", "    at Object.<anonymous> (/app/pay.js:9:1)",
                "    at node:internal/main/run_main_module:23:47", "Node.js v20.11.0",
            ),
            "error",
        ),
        (
            (
                "Unhandled exception. System.InvalidOperationException: no route",
                " ---> System.IO.IOException: pipe broken",
                "   at Shop.Pay.Run(String id) in /src/Pay.cs:line 17",
                "   --- End of inner exception stack trace ---", "   at Shop.Program.Main(String[] args)",
            ),
            "error",
        ),
        (
            (
                "app.rb:3:in `pay': no route (RuntimeError)", "\tfrom app.rb:7:in `each'",
                "\tfrom app.rb:9:in `<main>'",
            ),
            "error",
        ),
        (
            (
                "PHP Fatal error:  Uncaught Exception: no route in /app/pay.php:3", "Stack trace:",
                "#0 /app/pay.php(7): pay()", "#1 {main}", "  thrown in /app/pay.php on line 3",
            ),
            "critical",
        ),
        (
            (
                "java.lang.IllegalStateException: no route", "\tat shop.Pay.run(Pay.java:17)",
                "\tSuppressed: java.io.IOException: pipe broken", "\t\tat shop.Net.send(Net.java:33)",
                "Caused by: java.net.ConnectException: refused", "\t... 12 more",
            ),
            "error",
        ),
        (
            (
                "Traceback (most recent call last):", '  File "pay.py", line 3, in pay', "    send(order)",
                "OSError: disk full", "During handling of the above exception, another exception occurred:",
                "Traceback (most recent call last):", '  File "pay.py", line 7, in run', "    pay()",
                "shop.errors.NoRoute: no route",
            ),
            "error",
        ),
        (
            (
                "2026-11-21 07:00:00 UTC [71] ERROR:  relation \"x\" does not exist at character 15",
                "2026-11-21 07:00:00 UTC [71] HINT:  no FATAL mistake, look at the search path",
                "2026-11-21 07:00:00 UTC [71] STATEMENT:  select *", "\tfrom x", "\twhere id = 7",
            ),
            "error",
        ),
    ],
)  # fmt: skip
def test_what_was_written_at_once_is_one_entry(lines: tuple[str, ...], severity: str) -> None:
    (chunk,) = tell(*lines, key="shop")
    assert chunk["text"].endswith("\n".join(lines))
    assert (chunk["severity"], chunk["labels"]["count"]) == (severity, "1")


def test_sequential_tracebacks_are_two_entries() -> None:
    trace = ("Traceback (most recent call last):", '  File "pay.py", line 3, in pay')
    (chunk,) = tell(*trace, "KeyError: 'a'", *trace, "ValueError: b")
    assert chunk["labels"]["count"] == "2"
    assert "woven" not in chunk["text"]


def test_woven_tracebacks_keep_both_exceptions() -> None:
    head, frame = "Traceback (most recent call last):", '  File "{}.py", line 1, in run'
    lines = (head, head, frame.format("a"), frame.format("b"), "KeyError: 'a'", "ValueError: b")
    (chunk,) = tell(*lines, "INFO next")[:1]
    assert chunk["text"].endswith("\n".join(lines))
    assert chunk["labels"]["count"] == "2"
    assert "woven" in chunk["text"]


def test_statements_of_two_sessions_are_not_mixed() -> None:
    head = '2026-11-21 07:00:00 UTC [{}] ERROR:  relation "{}" does not exist'
    lines = [head.format(71, "x"), head.format(72, "y"), "2026-11-21 07:00:00 UTC [71] STATEMENT:  select x"]
    chunks = tell(*lines)
    assert not any(
        "[72]" in text and "select x" in text for chunk in chunks for text in chunk["text"].split("\n2026")
    )


@pytest.mark.parametrize(
    "parts",
    [
        [
            f"2026-11-21T07:00:00.1Z stdout {tag}"
            for tag in ("P ERROR begin of a ", "P line that was ", "F cut")
        ],
        [
            make_event(text, logtag=tag)
            for tag, text in (("P", "ERROR begin of a "), ("F", "line that was cut"))
        ],
        [
            make_event(text, partial_message="true", partial_last=last, container={"id": "c"})
            for text, last in (("ERROR begin of a ", "false"), ("line that was cut", "true"))
        ],
    ],
)
def test_a_line_that_a_runtime_cut_is_whole(parts: list[str | dict[str, Any]]) -> None:
    (chunk,) = tell(*parts)
    assert chunk["text"].endswith("\nERROR begin of a line that was cut")
    assert (chunk["labels"]["count"], chunk["severity"]) == ("1", "error")


def test_parts_of_two_streams_are_not_mixed() -> None:
    parts = ("stdout P alpha ", "stderr P ERROR beta ", "stdout F one", "stderr F two")
    out, err = tell(*[f"2026-11-21T07:00:00.1Z {part}" for part in parts])
    assert out["text"].endswith("\nalpha one")
    assert err["text"].endswith("\nERROR beta two")


def test_an_end_that_never_comes_holds_nothing_back() -> None:
    (chunk,) = tell("2026-11-21T07:00:00.1Z stdout P ERROR begin of a ")
    assert chunk["text"].endswith("\nERROR begin of a ")
