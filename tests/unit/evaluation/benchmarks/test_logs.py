"""The pipeline's log patterns are not worse than published Drain's on the same messages."""

from evaluation.benchmarks.log_lines import draw_messages, read_templates
from evaluation.benchmarks.logs import SEED, find_mean, group_by_drain, group_by_runlore, measure_grouper


def test_patterns_are_no_worse_than_those_of_drain() -> None:
    systems = [draw_messages(system, SEED) for system in read_templates()]
    ours = find_mean([measure_grouper(group_by_runlore, messages)[0] for messages in systems])
    drain = find_mean([measure_grouper(group_by_drain, messages)[0] for messages in systems])
    assert ours["accuracy"] >= drain["accuracy"]
    assert ours["f1"] >= drain["f1"]
