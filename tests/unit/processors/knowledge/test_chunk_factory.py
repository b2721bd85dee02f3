"""What leaves the factory can be written, and is shown to whom the policy or the page's source says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from processors.access_policy import PUBLIC_POLICY, AccessPolicy, AccessRule, load_policy
from processors.knowledge.chunk import Chunk, hash_content, make_id
from processors.knowledge.chunk_factory import (
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_VALUE,
    MOST_VALUES,
    Batch,
    Description,
    Origin,
    make_event_chunk,
    make_page_chunk,
)
from processors.knowledge.chunk_tables import chunks_to_table, table_to_chunks

CLOCK = datetime(2026, 11, 21, 7, tzinfo=UTC)
BATCH = Batch("b", CLOCK.isoformat())
ORIGIN = Origin("runlore.logs/0", 8, CLOCK, write_version=8)


def describe(**fields: Any) -> Description:
    described = Description(
        kind="log_pattern",
        identity=("log_pattern", 7),
        document=("log_pattern",),
        source="runlore.logs",
        title="shop: lost",
        text="1 log line: lost",
        gist="lost",
        began_at="2026-11-21T06:00:00+00:00",
        observed_at="2026-11-21T06:30:00+00:00",
        cite={},
        labels={},
        severity="error",
        service="shop",
        values=[],
    )
    return described._replace(**fields)


def make_chunk(policy: AccessPolicy = PUBLIC_POLICY, **fields: Any) -> Chunk:
    return make_event_chunk(describe(**fields), ORIGIN, BATCH, policy)


def test_an_event_s_chunk_has_what_is_the_same_for_its_record_and_what_its_builder_said() -> None:
    chunk = make_event_chunk(describe(), ORIGIN._replace(offsets="3,7"), BATCH, PUBLIC_POLICY)
    assert chunk == {
        "chunk_id": make_id("log_pattern", 7), "doc_id": make_id("log_pattern"), "source": "runlore.logs",
        "kind": "log_pattern", "title": "shop: lost", "heading_path": "", "text": "1 log line: lost",
        "gist": "lost", "content_hash": hash_content("shop: lost", "", "lost"), "values": [],
        "began_at": "2026-11-21T06:00:00+00:00", "observed_at": "2026-11-21T06:30:00+00:00",
        "ingested_at": BATCH.read_at, "batch_id": "b", "cluster": "", "namespace": "", "service": "shop",
        "severity": "error", "labels": {}, "cite": {}, "acl": ["public"], "source_place": "runlore.logs/0",
        "source_offset": 8, "source_offsets": "3,7", "write_version": 8,
    }  # fmt: skip


def test_a_page_s_chunk_is_embedded_by_its_text_and_shown_to_its_source_s_groups() -> None:
    described = describe(heading_path="Page > Steps", gist=None, values=None, began_at=None)
    chunk = make_page_chunk(described, BATCH, ["sre"])
    assert chunk["content_hash"] == hash_content("shop: lost", "Page > Steps", "1 log line: lost")
    assert (chunk["acl"], chunk["observed_at"]) == (["sre"], "2026-11-21T06:30:00+00:00")
    assert not chunk.keys() & {"gist", "values", "began_at", "source_offset", "write_version"}


@pytest.mark.parametrize("name", ["service", "namespace", "cluster", "severity", "title", "source"])
def test_no_name_is_longer_than_opensearch_takes(name: str) -> None:
    for character in ("s", "я", "😀"):
        for chunk in (
            make_chunk(**{name: character * 40_000}),
            make_page_chunk(describe(**{name: character * 40_000}), BATCH, ["sre"]),
        ):
            written = chunk[name]  # type: ignore[literal-required]
            assert len(written) == LONGEST_NAME
            assert len(written.encode()) < 32_766
            assert written.endswith("…")


def test_text_labels_and_values_are_bounded() -> None:
    values = ["v" * (LONGEST_VALUE + 1), *(f"v{n}" for n in range(MOST_VALUES + 5))]
    chunk = make_chunk(text="x" * 10**6, values=values, labels={"a": "y" * 10**5, "n": 7})
    assert len(chunk["text"]) == LONGEST_TEXT
    assert len(chunk["values"]) == MOST_VALUES
    assert "v" * (LONGEST_VALUE + 1) not in chunk["values"]
    assert [len(value) for value in chunk["labels"].values()] == [LONGEST_NAME, 1]


def test_odd_text_anywhere_is_written_and_read_again() -> None:
    chunk = make_chunk(
        text="\ud83d", labels={"a\x00": "\udc00"}, cite={"query": "\ud83d"}, values=["\ud83d1"]
    )
    (read,) = table_to_chunks(chunks_to_table([chunk]))
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
    chunk = make_chunk(began_at=began, observed_at=observed)
    assert (chunk["began_at"][11:16], chunk["observed_at"][11:16]) == told


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
    groups = [make_chunk(policy, **fields)["acl"] for fields in asked]
    assert groups == [["sre"], ["payments", "sre"], ["staff"], ["security"], ["staff"]]


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
