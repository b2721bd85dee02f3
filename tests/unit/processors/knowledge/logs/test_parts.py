"""What a container runtime wrote before a line, or beside it, says whether the line goes on."""

from typing import Any

import pytest

from processors.knowledge.logs.parts import read_part


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("2026-11-21T07:00:00.123456789Z stdout P ERROR cut ", ("ERROR cut ", "stdout", True)),
        (
            "2026-11-21T07:00:00.1+03:00 stderr F \tat a.B.c(B.java:1)",
            ("\tat a.B.c(B.java:1)", "stderr", False),
        ),
        ("2026-11-21T07:00:00Z stdout P:tag x", ("x", "stdout", True)),
        ("2026-11-21T07:00:00Z stdout F", ("", "stdout", False)),
        ("2026-11-21T07:00:00Z stdout Pending", ("2026-11-21T07:00:00Z stdout Pending", "", False)),
        ("stdout P x", ("stdout P x", "", False)),
    ],
)
def test_the_head_of_containerd_is_read_and_left_out(line: str, read: tuple[str, str, bool]) -> None:
    assert read_part({}, line) == read


@pytest.mark.parametrize(
    ("body", "goes_on"),
    [
        ({"logtag": "P", "stream": "stdout"}, True),
        ({"logtag": "F", "stream": "stdout"}, False),
        ({"_p": "P"}, True),
        ({"partial_message": "true", "partial_last": "false"}, True),
        ({"partial_message": "true", "partial_last": "true"}, False),
        ({"partial_message": True}, True),
        ({"partial_message": None}, False),
        ({}, False),
    ],
)
def test_fields_say_whether_a_line_goes_on(body: dict[str, Any], goes_on: bool) -> None:
    assert read_part(body, "text")[2] is goes_on
