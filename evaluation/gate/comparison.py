"""A candidate beside the live version on the same queries, and beside the floors of the policy."""

from collections.abc import Iterator

from evaluation.gate.evidence import Evidence
from evaluation.gate.policy import Policy
from evaluation.gate.wording import SET_NAMES, tell_measure
from evaluation.measures.ranking import QueryResult
from evaluation.measures.statistics import Comparison, average_change, compare_paired


def compare_results(
    results: list[QueryResult], live: list[QueryResult], measure: str, confidence: float = 0.95
) -> Comparison:
    """Compare a candidate with the live version on the queries that both were asked.

    Args:
        results: Of the candidate.
        live: Of the live version; at least one query is in both.
        measure: A name of `ranking.MEASURES`.
        confidence: Of the interval, in (0, 1).
    """
    candidate, before = _pair(results, live, measure)
    return compare_paired(candidate, before, confidence=confidence)


def find_change(results: list[QueryResult], live: list[QueryResult], measure: str) -> float:
    """Return by how much the mean of the queries that both were asked has changed.

    Args:
        results: Of the candidate.
        live: Of the live version; at least one query is in both.
        measure: A name of `ranking.MEASURES`.
    """
    return average_change(*_pair(results, live, measure))


def _pair(
    results: list[QueryResult], live: list[QueryResult], measure: str
) -> tuple[list[float], list[float]]:
    """Return the candidate's and the live version's values of the queries that both were asked."""
    before = {result["query_id"]: result["measures"][measure] for result in live}
    common = [result for result in results if result["query_id"] in before]
    return (
        [result["measures"][measure] for result in common],
        [before[result["query_id"]] for result in common],
    )


def check_results(policy: Policy, evidence: Evidence) -> Iterator[str]:
    """Yield what ranks below its floor, or fell further than the policy allows and than chance explains."""
    fits = evidence["soundness"]["dimension"] == evidence["soundness"]["served_dimension"]
    if not evidence["results"] and fits:
        yield "No query set could be measured."
    for name, results in evidence["results"].items():
        rules = policy.query_sets.get(name)  # type: ignore[call-overload]
        if rules is None:
            continue
        for measure, floor in rules.floors.items():
            mean = _average(results, measure)
            if mean < floor:
                yield (
                    f"On the {SET_NAMES[name]}, {tell_measure(measure)} is {mean:.3f}, below its floor of "
                    f"{floor:.3f}."
                )
        live = evidence["live_results"].get(name)
        for measure, allowed in rules.allowed_regression.items() if live else ():
            compared = compare_results(results, live or [], measure, policy.confidence)
            if -compared["difference"] > allowed and compared["high"] < 0:
                yield _tell_fall(name, measure, _average(results, measure), allowed, compared, policy)


def _tell_fall(
    name: str, measure: str, mean: float, allowed: float, compared: Comparison, policy: Policy
) -> str:
    return (
        f"On the {SET_NAMES[name]}, {tell_measure(measure)} fell from {mean - compared['difference']:.3f} to "
        f"{mean:.3f}, more than {allowed:.3f} below the live version, and chance does not explain it "
        f"({policy.confidence:.0%} interval of the difference {compared['low']:+.3f} to "
        f"{compared['high']:+.3f}, {compared['queries']} queries)."
    )


def _average(results: list[QueryResult], measure: str) -> float:
    return sum(result["measures"][measure] for result in results) / len(results)
