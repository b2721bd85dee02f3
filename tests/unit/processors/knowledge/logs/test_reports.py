"""What a line without a level reports; each form is found though most lines are passed over by a glance."""

import pytest

from processors.knowledge.logs.reports import find_report
from processors.knowledge.logs.severity import find_severity

REPORTS = (
    ("critical", "panic: assignment to entry in nil map"),
    ("critical", "Fatal error: no such file"),
    ("critical", "thread 'main' panicked at src/main.rs:4"),
    ("critical", "Kernel panic - not syncing"),
    ("critical", "PHP Fatal error:  Uncaught"),
    ("error", "Traceback (most recent call last):"),
    ("error", "broken\n    at shop.Order.run(Order.java:7)"),
    ("error", "broken\n  File \"a.py\", line 7"),
    ("error", "shop.NoStockException: 7"),
    ("error", "SystemExit: 2"),
    ("error", "KeyboardInterrupt"),
    ("error", "that was it (ActiveRecord::Error)"),
    ("error", 'Exception in thread "main"'),
    ("error", "Unhandled exception at 0x7f"),
    ("error", "(node:7) UnhandledPromiseRejection of a promise"),
    ("error", "http: panic serving 10.0.0.7:80"),
    ("error", "Out of memory: Killed process 7"),
    ("error", "oom-kill:constraint=CONSTRAINT_MEMCG"),
    ("error", "java invoked oom-killer"),
    ("error", "a.out[7]: segfault at 0"),
    ("error", "Segmentation fault"),
    ("error", "Aborted (core dumped)"),
    ("error", "terminate called after throwing"),
    ("error", "task jbd2:7 blocked for more than 120 seconds"),
    ("error", "blk_update_request: I/O error"),
    ("error", "Failed to start Shop."),
    ("error", "Unit shop.service entered failed state"),
    ("error", "shop.service: Failed with result 'exit-code'"),
    ("error", "shop.service: Main process exited, code=killed"),
    ("error", "Error: no such file"),
    ("error", "Error occurred while paying"),
    ("error", "npm ERR! code 1"),
    ("critical", "# A fatal error has been detected by the Java Runtime Environment:"),
    ("error", "make: *** [Makefile:7: all] stopped"),
    ("error", "ninja: build stopped: subcommand lost."),
    ("error", "ORA-00001: unique constraint violated"),
    ("error", "TNS-12541: no listener"),
    ("error", "RMAN-06059: file not found"),
    ("error", "PLS-00201: identifier must be declared"),
    ("error", "CWWKZ0002E: the application did not start"),
    ("warning", "CWWKZ0014W: the application is not there"),
    ("warning", "(node:7) DeprecationWarning: old"),
    ("warning", "warning: unused variable"),
    ("warning", "PHP Deprecated:  old"),
)  # fmt: skip


@pytest.mark.parametrize(("severity", "line"), REPORTS)
def test_a_report_is_found(severity: str, line: str) -> None:
    assert find_report(line) == severity


@pytest.mark.parametrize("line", ["order 17 paid", "ErrorHandler is registered", "errors: 0", ""])
def test_what_reports_nothing_has_no_severity(line: str) -> None:
    assert find_report(line) == ""


@pytest.mark.parametrize(
    ("severity", "line"),
    [
        ("error", "E1121 07:00:00.000123       1 a.go:1] lost"),
        ("error", "E, [2026-11-21T07:00:00.123456 #7] ERROR -- : lost"),
        ("warning", "W: lost"),
        ("error", "fail: Shop.Orders[7] lost"),
        ("error", "11-21 07:00:00.123  1234  1234 E ActivityManager: lost"),
        ("warning", "W/ActivityManager( 1234): lost"),
        ("error", "kern  :err   : [    1.000000] lost"),
        ("error", "=ERROR REPORT==== 21-Nov-2026::07:00:00 ==="),
        ("warning", "[7] 21 Nov 07:00:00.123 # lost"),
    ],
)
def test_a_letter_is_a_level_where_a_logger_writes_it(severity: str, line: str) -> None:
    assert find_severity(line) == severity
