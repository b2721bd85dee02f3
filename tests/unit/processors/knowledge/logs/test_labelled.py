"""Severity and time of a labelled sample; the rules of its labels stand in `labelled/README.md`."""

import pytest

from processors.knowledge.logs.parsing import parse_logs
from processors.knowledge.redaction.masking import open_masker
from tests.support.labelled_logs import (
    HELD_OUT,
    Labelled,
    differs_in_time,
    list_texts,
    mask_record,
    read_sample,
)

MASK = open_masker(b"a key of the tests")
SAMPLE = read_sample()
SEVERITIES = ("critical", "error", "warning", "info", "debug")
Parsed = list[tuple[Labelled, str, str]]
"""Each label with the severity and time that the pipeline finds, which masks before it parses."""


@pytest.fixture(scope="module", name="parsed")
def parse_sample() -> Parsed:
    return [(label, *describe(label)) for label in SAMPLE]


def describe(label: Labelled) -> tuple[str, str]:
    try:
        lines = parse_logs(mask_record(label["record"], MASK)).lines
    except ValueError as error:
        return f"dead letter: {error}", ""
    return (lines[0]["severity"], lines[0]["observed_at"]) if len(lines) == 1 else (f"{len(lines)} lines", "")


def show(label: Labelled, got: object, true: object) -> str:
    return f"\n{label['system']}: got {got}, true {true}: {label['record']['value']!r}"


def test_the_sample_is_large_and_varied() -> None:
    assert len(SAMPLE) >= 300
    assert len({label["system"] for label in SAMPLE}) >= 15
    assert sum(bool(label["secrets"]) for label in SAMPLE) >= 60
    assert {label["severity"] for label in SAMPLE} == set(SEVERITIES)


@pytest.mark.parametrize("label", SAMPLE, ids=lambda label: f"{label['system']}-{label['record']['offset']}")
def test_a_secret_stands_in_its_record(label: Labelled) -> None:
    assert all(secret in "\n".join(list_texts(label["record"])) for secret in label["secrets"])


def find_wrong_severities(parsed: Parsed) -> list[str]:
    return [show(label, got, label["severity"]) for label, got, _ in parsed if got != label["severity"]]


def find_wrong_times(parsed: Parsed) -> list[str]:
    return [
        show(label, at, label["observed_at"] or "the broker's")
        for label, _, at in parsed
        if not at or differs_in_time(label, at)
    ]


def test_the_severity_is_right_on_99_of_100_lines(parsed: Parsed) -> None:
    wrong = find_wrong_severities(parsed)
    assert len(wrong) <= len(parsed) / 100, "".join(wrong)


def test_the_time_is_right_on_99_of_100_lines(parsed: Parsed) -> None:
    wrong = find_wrong_times(parsed)
    assert len(wrong) <= len(parsed) / 100, "".join(wrong)


def test_99_of_100_lines_of_the_held_out_systems_are_right() -> None:
    parsed = [(label, *describe(label)) for label in read_sample(HELD_OUT)]
    assert len(parsed) >= 100
    for wrong in (find_wrong_severities(parsed), find_wrong_times(parsed)):
        assert len(wrong) <= len(parsed) / 100, "".join(wrong)
