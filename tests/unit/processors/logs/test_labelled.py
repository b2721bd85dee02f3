"""The labelled sample is sound; the rules of its labels stand in `labelled/README.md`."""

import pytest

from tests.support.labelled_logs import Labelled, list_texts, read_sample

SAMPLE = read_sample()
SEVERITIES = ("critical", "error", "warning", "info", "debug")


def test_the_sample_is_large_and_varied() -> None:
    assert len(SAMPLE) >= 300
    assert len({label["system"] for label in SAMPLE}) >= 15
    assert sum(bool(label["secrets"]) for label in SAMPLE) >= 60
    assert {label["severity"] for label in SAMPLE} == set(SEVERITIES)


@pytest.mark.parametrize("label", SAMPLE, ids=lambda label: f"{label['system']}-{label['record']['offset']}")
def test_a_secret_stands_in_its_record(label: Labelled) -> None:
    assert all(secret in "\n".join(list_texts(label["record"])) for secret in label["secrets"])
