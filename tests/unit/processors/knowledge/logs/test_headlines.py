"""A title says what happened: without the head that each logger writes, and from later lines if need be."""

import time

import pytest

from processors.knowledge.logs.headlines import find_headline
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record

CLOCK_MS = 1_795_262_400_000  # 2026-11-21T12:00:00Z


@pytest.mark.parametrize(
    ("message", "headline"),
    [
        # What happened stands in the second line
        ("fail: Shop.Orders[0]\n      no stock\n      at Shop.Run()", "no stock"),
        ("info: Microsoft.Hosting.Lifetime[14]\n      Now listening on: x", "Now listening on: x"),
        ("crit: A.B`1[-7]\n      gone", "gone"),
        ("Nov 21, 2026 11:36:05 AM org.x.Y invoke\nSEVERE: cannot bind", "SEVERE: cannot bind"),
        ("=ERROR REPORT==== 21-Nov-2026::10:58:12.123456 ===\nmnesia overloaded", "mnesia overloaded"),
        ("2026-11-21T14:00:01.123456+03:00\nORA-00600: internal error", "ORA-00600: internal error"),
        ("Sat Nov 21 11:00:01 2026\nThread 1 cannot allocate", "Thread 1 cannot allocate"),
        # Priorities, sequences and headers of syslog
        ("<134>Nov 21 11:00:00 lb1 haproxy[123]: x is DOWN", "lb1 haproxy[123]: x is DOWN"),
        ("<4>[12345.678901] usb 1-1: no answer", "usb 1-1: no answer"),
        ("<189>42: sw1: Nov 21 11:00:00: %LINK-3-UPDOWN: down", "%LINK-3-UPDOWN: down"),
        ("<164>Nov 21 2026 11:01:02 fw1 : %ASA-4-106023: Deny", "fw1 : %ASA-4-106023: Deny"),
        ("<165>1 2026-11-21T11:00:00.003Z host app 8710 ID47 - disk full", "host app[8710]: disk full"),
        ('<165>1 2026-11-21T11:00:00Z host app - - [a@1 b="c"] disk full', "host app: disk full"),
        # Pairs of logfmt
        ('time="2026-11-21T11:00:00Z" level=error msg="no \\"stock\\"" id=17', 'no "stock" id=17'),
        (
            'logger=sql t=2026-11-21T11:00:00Z level=error msg="no link" err="eof"',
            'no link logger=sql err="eof"',
        ),
        ("ts=2026-11-21T11:00:00Z caller=a.go:3 level=warn msg=slow", "slow caller=a.go:3"),
        ('Nov 21 11:00:00 web1 dockerd[8]: time="x" level=info msg="up" n=1', "web1 dockerd[8]: up n=1"),
        ("level=info a=1", "level=info a=1"),
        ("msg=hello is how it is written", "msg=hello is how it is written"),
        # Brackets around more than the time
        ("[2026-11-21 10:56:00,123: INFO/MainProcess] Task a[0] done", "INFO/MainProcess Task a[0] done"),
        ("[2026-11-21 10:56:00,123: main] [WARN ] slow", "main [WARN ] slow"),
        ("[E 261121 10:56:06 web:1875] Uncaught", "web:1875 Uncaught"),
        ("[2026-11-21 10:56:00] [main] slow", "[main] slow"),
        # Letters and numbers of processes
        ("E, [2026-11-21T11:00:00.123456 #17] ERROR -- : Lost (boom):", "Lost (boom):"),
        ("I, [2026-11-21T11:00:00.123456 #17]  INFO -- shop: paid", "shop: paid"),
        ("11-21 11:00:00.123  1702  8671 E ActivityManager: ANR", "E ActivityManager: ANR"),
        ("261121 110000 23 INFO dfs.DataNode: Receiving", "INFO dfs.DataNode: Receiving"),
        ("2026-11-21 11:00:00 17 orders were paid", "17 orders were paid"),
    ],
)
def test_a_headline_says_what_happened(message: str, headline: str) -> None:
    assert find_headline(message, CLOCK_MS) == headline


TRACEBACK = ["Traceback (most recent call last):", '  File "a.py", line 1, in f', "    f()"]
CHAIN = "During handling of the above exception, another exception occurred:"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([*TRACEBACK, "ValueError: no stock"], "ValueError: no stock"),
        ([*TRACEBACK, "shop.Lost: 1700"], "shop.Lost: <NUM>"),
        ([*TRACEBACK, "KeyError: 17", CHAIN, *TRACEBACK, "RuntimeError: lost"], "RuntimeError: lost"),
        ([*TRACEBACK, "KeyError: 'a'", *TRACEBACK, "OSError: full"], "KeyError: 'a'; OSError: full"),
        (TRACEBACK[:2], TRACEBACK[0]),
        (["fail: Shop.Orders[0]", "      no stock"], "no stock"),
        (["info: Shop.Orders[0]", "      paid 17", "info: Shop.Orders[0]", "      sent"], "paid <NUM>; sent"),
        (["warn: Shop.Orders[3]"], "warn: Shop.Orders[<NUM>]"),
    ],
)
def test_the_title_of_lines_that_came_one_by_one_says_what_happened(lines: list[str], title: str) -> None:
    records = [
        Record(
            topic="runlore.logs",
            partition=0,
            offset=offset,
            timestamp_ms=CLOCK_MS + offset,
            key="shop",
            headers={},
            value=line,
        )
        for offset, line in enumerate(lines)
    ]
    whole = build_chunks(records, None, (), "b", "2026-11-21T12:00:00+00:00")
    assert [chunk["title"] for chunk in whole["chunks"]] == [f"shop: {title}"]
    state, last = None, ""
    for record in records:
        built = build_chunks([record], state, (), "b", "2026-11-21T12:00:00+00:00")
        state = built["state"]
        last = next((chunk["title"] for chunk in built["chunks"]), last)
    assert last == f"shop: {title}"


@pytest.mark.parametrize("piece", ["<1>", "a=b ", 'a="', "msg=x ", "[1.000] ", "1 ", 'File "', "E, [", "a: "])
def test_time_grows_with_the_length_only(piece: str) -> None:
    begin = time.process_time()
    find_headline(piece * (16_000 // len(piece)), CLOCK_MS)
    assert time.process_time() - begin < 0.1
