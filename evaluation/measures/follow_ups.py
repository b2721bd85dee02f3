"""What making follow-up questions whole is worth: how often the right page is found with it and without.

`python -m evaluation.measures.follow_ups` asks the running service and prints shares and what is missed.
"""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypedDict

import httpx

from processors.retrieval.question.understanding import understand
from processors.settings import load_settings

FOLLOW_UPS_FILE: Final = Path(__file__).parents[1] / "queries" / "follow_ups.jsonl"
_DEPTH: Final = 5
_TIMEOUT_S: Final = 60


class FollowUp(TypedDict):
    """A question with those before it, whether it needs them, and the pages that answer it by path."""

    query_id: str
    turns: list[str]
    query: str
    language: str
    rewritten: bool
    relevant: dict[str, int]


class FollowUpReport(TypedDict):
    """Shares in [0, 1] over the questions that need those before them, then over those that don't.

    `told_apart` is how often the rules see which of the two a question is. `first` is how often a right page
    comes first, `found` how often one is among the first five.
    """

    questions: int
    told_apart: float
    first: float
    found: float


def read_follow_ups(path: Path = FOLLOW_UPS_FILE) -> list[FollowUp]:
    """Return all follow-ups as they were written."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def make_whole(entry: FollowUp) -> str | None:
    """Return a follow-up with what it left out, None if the rules leave it as it is."""
    return understand(entry["query"], datetime.now(UTC), before=entry["turns"]).rewritten


def measure_follow_ups(
    entries: Sequence[FollowUp], retrieve: Callable[[str], list[str]], *, is_made_whole: bool
) -> FollowUpReport:
    """Return how often the right page is found.

    Args:
        entries: Follow-ups that all need those before them, or all don't.
        retrieve: Gives the paths of pages, best first.
        is_made_whole: Whether the rules may change the question.

    Raises:
        ValueError: There is no follow-up.
    """
    if not entries:
        raise ValueError("there is no follow-up to measure")
    first = found = told = 0
    for entry in entries:
        whole = make_whole(entry)
        told += (whole is not None) == entry["rewritten"]
        pages = list(dict.fromkeys(retrieve((whole if is_made_whole else None) or entry["query"])))[:_DEPTH]
        first += bool(pages) and pages[0] in entry["relevant"]
        found += any(page in entry["relevant"] for page in pages)
    count = len(entries)
    return FollowUpReport(questions=count, told_apart=told / count, first=first / count, found=found / count)


def main() -> None:
    """Ask the service that the environment names and print the shares."""
    settings = load_settings()
    key = settings.access.read_api_key()
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"}
    entries = read_follow_ups()
    with httpx.Client(base_url=settings.service.url, headers=headers, timeout=_TIMEOUT_S) as service:

        def retrieve(query: str) -> list[str]:
            body = {"query": query, "k": 20, "pipeline": "cag"}
            hits = service.post("/v1/retrieve", json=body).raise_for_status().json()["hits"]
            return [hit["cite"].get("path", "") for hit in hits]

        for needs in (True, False):
            for language in ("en", "ru"):
                part = [e for e in entries if e["rewritten"] is needs and e["language"] == language]
                for is_made_whole in (False, True):
                    report = measure_follow_ups(part, retrieve, is_made_whole=is_made_whole)
                    _print_report(language, needs, is_made_whole, report)


def _print_report(language: str, needs: bool, is_made_whole: bool, report: FollowUpReport) -> None:
    kind = "goes on with what was said" if needs else "stands for itself"
    how = "made whole" if is_made_whole else "as it is"
    sys.stdout.write(
        f"{language} {kind:27} {how:11} {report['questions']:3} told apart {report['told_apart']:.3f} "
        f"first {report['first']:.3f} among {_DEPTH} {report['found']:.3f}\n"
    )


if __name__ == "__main__":
    main()
