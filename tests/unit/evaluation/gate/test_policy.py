"""The policy file is one, and a wrong one is an error that names the place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation.gate.policy import POLICY_FILE, PolicyError, load_policy


@pytest.mark.parametrize("pipeline", ["rag", "cag"])
def test_the_policy_file_covers_the_pipeline(pipeline: str) -> None:
    policy = load_policy(pipeline)  # type: ignore[arg-type]
    assert policy.query_sets["known_item"].floors
    assert policy.leaks == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"minimum_share": 0.5}, "cag.minimum_share: Extra inputs are not permitted"),
        ({"leaks": -1}, "cag.leaks: Input should be greater than or equal to 0"),
        ({"leaks": "none"}, "cag.leaks"),
        ({"confidence": 1}, "cag.confidence: Input should be less than 1"),
        ({"query_sets": {"gold": {}}}, "cag.query_sets.gold: Input should be 'golden'"),
        (
            {"query_sets": {"golden": {"floors": {"recall_at_11": 0.5}}}},
            "cag.query_sets.golden.floors.recall_at_11: Value error, no such measure; there are ndcg_at_10",
        ),
        (
            {"query_sets": {"golden": {"floor": {"recall_at_10": 0.5}}}},
            "cag.query_sets.golden.floor: Extra inputs",
        ),
        ({"query_sets": {"golden": {"floors": {"recall_at_10": 80}}}}, "golden.floors.recall_at_10: "),
        ({"found_by_vector": None}, "cag.found_by_vector: Input should be a valid number"),
    ],
)  # fmt: skip
def test_a_wrong_policy_is_an_error_that_names_the_place(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    parts = yaml.safe_load(POLICY_FILE.read_text(encoding="utf-8"))
    path = tmp_path / "gate.yaml"
    path.write_text(yaml.safe_dump({**parts, "cag": {**parts["cag"], **change}}))
    with pytest.raises(PolicyError, match=r"gate\.yaml") as raised:
        load_policy("cag", path)
    assert told in str(raised.value)


def test_a_policy_without_a_rule_or_a_pipeline_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text("rag: {confidence: 0.95}")
    with pytest.raises(PolicyError, match=r"rag\.leaks: Field required"):
        load_policy("rag", path)
    with pytest.raises(PolicyError, match="no readable part 'cag'"):
        load_policy("cag", path)
