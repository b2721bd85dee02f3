"""What leaves light processing can be written, and is shown to whom the policy says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from processors.access_policy import PUBLIC_POLICY, AccessPolicy, AccessRule, load_policy
from processors.chunk import Chunk, chunks_to_table, table_to_chunks
from processors.knowledge.sealing import LONGEST_KEYWORD, LONGEST_TEXT, LONGEST_VALUE, MOST_VALUES, seal_chunk

CLOCK = datetime(2026, 11, 21, 7, tzinfo=UTC)


def make_chunk(**fields: Any) -> Chunk:
    empty = dict.fromkeys(Chunk.__annotations__, "")
    for name in (
        "embedding",
        "embedding_model",
        "indexed_at",
        "source_offset",
        "write_version",
        "source_offsets",
    ):
        del empty[name]
    chunk: Any = {
        **empty, "kind": "log_pattern", "labels": {}, "cite": {}, "acl": ["public"], "values": [],
        "began_at": "2026-11-21T06:00:00+00:00", "observed_at": "2026-11-21T06:30:00+00:00",
    }  # fmt: skip
    return {**chunk, **fields}


@pytest.mark.parametrize("name", ["service", "namespace", "cluster", "severity", "title", "source"])
def test_no_name_is_longer_than_opensearch_takes(name: str) -> None:
    for character in ("s", "я", "😀"):
        sealed: Any = seal_chunk(make_chunk(**{name: character * 40_000}), CLOCK, PUBLIC_POLICY)
        assert len(sealed[name]) == LONGEST_KEYWORD
        assert len(sealed[name].encode()) < 32_766
        assert sealed[name].endswith("…")


def test_text_labels_and_values_are_bounded() -> None:
    values = ["v" * (LONGEST_VALUE + 1), *(f"v{n}" for n in range(MOST_VALUES + 5))]
    chunk = make_chunk(text="x" * 10**6, values=values, labels={"a": "y" * 10**5, "n": 7})
    sealed = seal_chunk(chunk, CLOCK, PUBLIC_POLICY)
    assert len(sealed["text"]) == LONGEST_TEXT
    assert len(sealed["values"]) == MOST_VALUES
    assert "v" * (LONGEST_VALUE + 1) not in sealed["values"]
    assert [len(value) for value in sealed["labels"].values()] == [LONGEST_KEYWORD, 1]


def test_odd_text_anywhere_is_written_and_read_again() -> None:
    chunk = make_chunk(
        text="\ud83d", labels={"a\x00": "\udc00"}, cite={"query": "\ud83d"}, values=["\ud83d1"]
    )
    sealed = seal_chunk(chunk, CLOCK, PUBLIC_POLICY)
    (read,) = table_to_chunks(chunks_to_table([sealed]))
    assert (read["text"], read["labels"], read["cite"]) == (
        "\ufffd",
        {"a\ufffd": "\ufffd"},
        {"query": "\ufffd"},
    )


@pytest.mark.parametrize(
    ("began", "observed", "told"),
    [
        ("0001-01-01T00:00:00+00:00", "2026-11-21T06:30:00+00:00", ("06:30", "06:30")),
        ("2026-11-21T06:00:00+00:00", "2099-01-01T00:00:00+00:00", ("06:00", "07:00")),
        ("2099-01-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00", ("07:00", "07:00")),
        ("2026-11-21T06:45:00+00:00", "2026-11-21T06:30:00+00:00", ("06:30", "06:30")),
        ("1970-01-01T00:00:00+00:00", "1970-01-01T00:00:00+00:00", ("07:00", "07:00")),
    ],
)  # fmt: skip
def test_no_time_is_ahead_or_of_nothing(began: str, observed: str, told: tuple[str, str]) -> None:
    sealed = seal_chunk(make_chunk(began_at=began, observed_at=observed), CLOCK, PUBLIC_POLICY)
    assert (sealed["began_at"][11:16], sealed["observed_at"][11:16]) == told


def test_the_first_rule_that_fits_says_who_may_see_it() -> None:
    policy = AccessPolicy(
        rules=(
            AccessRule(kind="k8s_*", namespace="pay-*", groups=("sre",)),
            AccessRule(namespace="pay-*", groups=("payments", "sre")),
            AccessRule(cluster="prod", service="?ault", groups=("security",)),
        ),
        otherwise=("staff",),
    )
    asked = [
        {"kind": "k8s_event", "namespace": "pay-prod"}, {"namespace": "pay-prod"}, {"namespace": "pay"},
        {"cluster": "prod", "service": "vault"}, {"cluster": "stage", "service": "vault"},
    ]  # fmt: skip
    sealed = [seal_chunk(make_chunk(**fields), CLOCK, policy)["acl"] for fields in asked]
    assert sealed == [["sre"], ["payments", "sre"], ["staff"], ["security"], ["staff"]]


def test_a_policy_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("rules:\n  - {namespace: 'pay-*', groups: [sre]}\notherwise: [staff]\n")
    assert load_policy(file).otherwise == ("staff",)
    assert load_policy(None) == PUBLIC_POLICY


@pytest.mark.parametrize(
    "text",
    ["rules: 7", "rules: [{groups: []}]", "rules: [{namespce: a, groups: [b]}]", "a: [", "otherwise: ['']"],
)
def test_a_wrong_policy_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / f"{abs(hash(text))}.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"AccessPolicy|no YAML"):
        load_policy(file)
