"""Shares of a micro-batch: each partition has one reader, and positions move for all at once."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.knowledge import topics
from processors.pipelines.rag.shares import (
    WHOLE,
    Share,
    is_of,
    join_shares,
    keep_states,
    name_run,
    share_of,
)
from processors.stores import staging

LOGS = topics.LOGS


@given(
    topic=st.sampled_from(sorted(topics.READ)), partition=st.integers(0, 10_000), shares=st.integers(1, 256)
)
def test_each_partition_belongs_to_one_share(topic: str, partition: int, shares: int) -> None:
    assert sum(is_of(Share(number, shares), topic, partition) for number in range(shares)) == 1


def test_partitions_and_topics_are_spread() -> None:
    of_logs = [sum(is_of(Share(n, 4), LOGS, p) for p in range(32)) for n in range(4)]
    assert of_logs == [8, 8, 8, 8]
    firsts = {next(n for n in range(8) if is_of(Share(n, 8), topic, 0)) for topic in topics.READ}
    assert len(firsts) > 1


def test_shares_have_folders_of_their_own_and_a_whole_run_has_the_one_that_it_always_had() -> None:
    assert name_run("run", WHOLE) == "run"
    assert len({name_run("run", Share(number, 3)) for number in range(3)} | {"run"}) == 4
    assert share_of({}) == WHOLE
    assert share_of({"share": [1, 3]}) == Share(1, 3)


def find_owner(partition: int, shares: int = 2) -> Share:
    return next(Share(n, shares) for n in range(shares) if is_of(Share(n, shares), LOGS, partition))


def stage_share(folder: Path, partition: int, **changes: Any) -> str:
    """Stage what a share of two read of one partition."""
    url = (folder / f"share-{partition}").as_uri()
    held = {LOGS: {"0": 5, "1": 7}}
    told = {
        "version": "rag-v000001",
        "held": held,
        "start": {LOGS: {str(partition): held[LOGS][str(partition)]}},
        "end": {LOGS: {str(partition): 9}},
        "newest_ms": 1_000 + partition,
        "share": find_owner(partition),
        "held_log_state": staging.write_json(folder.as_uri(), "held", {f"{LOGS}/0": "a", f"{LOGS}/1": "b"}),
        "log_state": staging.write_json(f"{url}/light", "log_state", {f"{LOGS}/{partition}": "new"}),
    }
    staging.write_manifest(f"{url}/light", {**told, **changes})
    return url


def test_shares_move_the_positions_and_the_patterns_of_their_own_partitions(tmp_path: Path) -> None:
    urls = [stage_share(tmp_path, 0), stage_share(tmp_path, 1)]
    taken, joined = join_shares(urls)
    assert taken == urls
    assert joined["end"] == {LOGS: {"0": 9, "1": 9}}
    assert joined["newest_ms"] == 1_001
    assert staging.read_json(joined["log_state"]) == {f"{LOGS}/0": "new", f"{LOGS}/1": "new"}


def test_a_share_that_had_nothing_to_read_leaves_its_partitions_where_they_are(tmp_path: Path) -> None:
    _, joined = join_shares([stage_share(tmp_path, 1)])
    assert joined["end"] == {LOGS: {"0": 5, "1": 9}}
    assert staging.read_json(joined["log_state"]) == {f"{LOGS}/0": "a", f"{LOGS}/1": "new"}


def test_a_partition_that_begins_anew_goes_back_in_its_own_share_only(tmp_path: Path) -> None:
    urls = [stage_share(tmp_path, 0), stage_share(tmp_path, 1, end={LOGS: {"1": 2}})]
    assert join_shares(urls)[1]["end"] == {LOGS: {"0": 9, "1": 2}}


@pytest.mark.parametrize(
    "other", [{"version": "rag-v000002"}, {"held": {LOGS: {"0": 6, "1": 7}}}, {"version": None, "held": {}}]
)
def test_what_was_read_from_another_version_is_left_for_the_next_run(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    urls = [stage_share(tmp_path, 0), stage_share(tmp_path, 1, **other)]
    taken, joined = join_shares(urls)
    assert taken == urls[:1]
    assert joined["end"] == {LOGS: {"0": 9, "1": 7}}
    assert staging.read_json(joined["log_state"]) == {f"{LOGS}/0": "new", f"{LOGS}/1": "b"}


def test_a_whole_run_is_as_it_is(tmp_path: Path) -> None:
    url = stage_share(tmp_path, 0, share=WHOLE, end={LOGS: {"0": 9}})
    taken, joined = join_shares([url])
    manifest = staging.read_manifest(f"{url}/light")
    # A topic that is gone isn't taken along.
    assert (taken, joined) == ([url], manifest)


def test_states_are_those_of_the_share() -> None:
    states = {f"{LOGS}/{number}": number for number in range(6)}
    kept = [keep_states(states, Share(number, 2)) for number in range(2)]
    assert sorted(map(len, kept)) == [3, 3]
    assert kept[0] | kept[1] == states
    assert keep_states(states, WHOLE) == states
