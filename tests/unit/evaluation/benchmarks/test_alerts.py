"""An answer is from a right page, names one, or neither; what no source holds isn't counted."""

from evaluation.benchmarks.alerts import Asked, report, report_misses
from evaluation.queries.query_sets import Query

# By its path the first belongs to the half that nothing was tuned on, the second to the other one.
LEADER = "etcd/etcdNoLeader.md"
ARRAY = "node/NodeRAIDDegraded.md"


def ask(page: str, given: list[str], cited: list[str]) -> Asked:
    return Asked(Query(query_id="q", query="It fails.", relevant={page: 2}), given, cited)


ASKED = [
    ask(LEADER, [LEADER, ARRAY], [LEADER, LEADER]),
    ask(LEADER, [ARRAY, LEADER], [ARRAY, LEADER]),
    ask(ARRAY, [ARRAY], []),
    ask(ARRAY, [LEADER], [LEADER]),
]


def test_a_row_tells_first_and_any_citations_of_all_and_of_each_half() -> None:
    assert report("eight", ASKED) == "| eight | 1, 2 of 3 | 1, 2 of 2 | 0, 0 of 1 | 1 |\n"


def test_misses_are_the_answers_that_are_not_from_a_right_page_among_the_sources() -> None:
    told = report_misses(ASKED)
    assert told.count("It fails.") == 2
    assert f"cites {ARRAY}, {LEADER}\n  not {LEADER}" in told
    assert f"cites nothing\n  not {ARRAY}" in told
