"""Faults on a real API server: its own words are understood, and nothing of it is refused."""

from pathlib import Path

import pytest

from evaluation.benchmarks.diagnosis.episode import Episode
from evaluation.benchmarks.diagnosis.real.session import play_group
from evaluation.benchmarks.diagnosis.results import diagnose, judge_episode
from local.settings import load_settings

# Said by admission, by the scheduler, and by a controller.
NAMES = ("missing_service_account", "node_selector", "missing_storage_class")


def test_what_the_real_parts_say_is_understood(tmp_path: Path) -> None:
    if not (load_settings().envs / "kube/built.sha256").exists():
        pytest.skip("the programs of Kubernetes aren't built: `make kube-up` builds them")
    told = play_group(NAMES, seed=4, window_s=42, keep=tmp_path)
    incidents = diagnose(told.chunks)
    assert told.refused == []
    assert [one.title for one in incidents if one.namespace == told.quiet] == []
    for name in NAMES:
        episode = Episode(told.namespaces[name], told.chunks, told.expected[name])
        verdict = judge_episode(name, 4, episode, incidents).verdict
        assert verdict.is_cause, verdict.said
        assert verdict.is_grounded, verdict.said
