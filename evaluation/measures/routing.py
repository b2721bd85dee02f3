"""How often a question is routed to all that it needs, and how often to no more than that.

`python -m evaluation.measures.routing` reads the written questions and prints shares; nothing needs to run.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypedDict

from evaluation.queries.query_sets import read_golden
from processors.retrieval.question.understanding import understand

QUERIES: Final = Path(__file__).parents[1] / "queries"
ROUTES_FILE: Final = QUERIES / "routes.jsonl"
_GOLDEN: Final = ("runbooks.jsonl", "runbooks_ru.jsonl", "kubernetes_users.jsonl")


class RoutingReport(TypedDict):
    """Shares in [0, 1]: `complete` are asked wherever their answer is, `narrow` there and nowhere else."""

    questions: int
    complete: float
    narrow: float
    lost: list[str]


def read_needs(path: Path = ROUTES_FILE) -> dict[str, set[str]]:
    """Return written questions with the pipelines that their answers need."""
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {entry["query"]: set(entry["needs"]) for entry in entries}


def measure_routing(needs: Mapping[str, set[str]], now: datetime) -> RoutingReport:
    """Return how questions are routed.

    Args:
        needs: Of each question the pipelines that hold its answer.
        now: The time of the questions, with a time zone.

    Raises:
        ValueError: There is no question.

    Example:
        >>> now = datetime(2026, 11, 21, tzinfo=UTC)
        >>> measure_routing({"Which alerts are firing?": {"rag"}, "kafka down": {"cag"}}, now)["narrow"]
        0.5
    """
    if not needs:
        raise ValueError("there is no question to route")
    routes = {question: set(understand(question, now).route.pipelines) for question in needs}
    lost = [question for question, wanted in needs.items() if not wanted <= routes[question]]
    narrow = sum(routes[question] == wanted for question, wanted in needs.items())
    return RoutingReport(
        questions=len(needs), complete=1 - len(lost) / len(needs), narrow=narrow / len(needs), lost=lost
    )


def main() -> None:
    """Print how the written questions are routed."""
    now = datetime.now(UTC)
    _print_report(ROUTES_FILE.name, measure_routing(read_needs(), now))
    for name in _GOLDEN:
        answerable = [query["query"] for query in read_golden(QUERIES / name) if query["relevant"]]
        _print_report(name, measure_routing({query: {"cag"} for query in answerable}, now))


def _print_report(name: str, report: RoutingReport) -> None:
    lost: Sequence[str] = report["lost"]
    sys.stdout.write(
        f"{name:24} {report['questions']:4} questions, complete {report['complete']:.3f}, "
        f"no wider than needed {report['narrow']:.3f}\n" + "".join(f"lost: {question}\n" for question in lost)
    )


if __name__ == "__main__":
    main()
