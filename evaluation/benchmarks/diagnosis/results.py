"""What came of episodes, and the table of it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from evaluation.benchmarks.diagnosis.baselines import (
    Embed,
    Guess,
    judge_guess,
    rank_by_likeness,
    rank_by_triage,
)
from evaluation.benchmarks.diagnosis.cluster import NOON
from evaluation.benchmarks.diagnosis.episode import Episode
from evaluation.benchmarks.diagnosis.judging import Verdict, choose_incidents, judge, list_causes
from evaluation.benchmarks.rows import Row
from processors.knowledge.chunk import Chunk
from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.incident import Incident
from processors.knowledge.incidents.observation import observe

HEAD = "| | A@1 object | object and cause | A@3 | grounded | wrong place |\n|---|---|---|---|---|---|"


class Result(NamedTuple):
    """What came of an episode."""

    fault: str
    seed: int
    expected: str
    verdict: Verdict
    triage: Guess
    likeness: Guess


def diagnose(chunks: Iterable[Chunk]) -> list[Incident]:
    """Return the incidents that are found at noon in all that is known."""
    return find_incidents([observe(one) for one in chunks], NOON)


def judge_episode(
    fault: str, seed: int, episode: Episode, incidents: Sequence[Incident], embed: Embed | None = None
) -> Result:
    """Judge what is found of a fault, and what is answered without causes.

    Args:
        fault: Its name.
        seed: Of the episode.
        episode: What is known and expected.
        incidents: Those found in its chunks.
        embed: Gives the vectors of texts; without it likeness is that of words.
    """
    chunks, expected, place = episode.chunks, episode.expected, episode.namespace
    known = {one["chunk_id"]: one for one in chunks}
    return Result(
        fault,
        seed,
        " or ".join(f"{kind}/{each}" for kind, _, each in expected.objects),
        judge(list_causes(choose_incidents(incidents, place)), expected, known, place),
        judge_guess(rank_by_triage(chunks, place), expected, place),
        judge_guess(rank_by_likeness(chunks, place, embed), expected, place),
    )


def say_miss(result: Result) -> str:
    """Return what is wrong with an answer, or nothing."""
    verdict = result.verdict
    if verdict.is_cause and verdict.is_grounded:
        return ""
    what = "object" if not verdict.is_object else "cause" if not verdict.is_cause else "grounds"
    if what == "object" and verdict.is_among:
        what = "object, but among three"
    return f"{result.fault}, seed {result.seed}: {what}; {result.expected}; said: {verdict.said}"


def say_table(results: Sequence[Result]) -> str:
    """Return the table of how causes, triage and likeness fare."""
    rows = (
        say_row("causes", [one.verdict for one in results]),
        say_row("triage alone", [one.triage for one in results]),
        say_row("likeness alone", [one.likeness for one in results]),
    )
    return "\n".join((HEAD, *rows))


def list_rows(results: Sequence[Result]) -> list[Row]:
    """Return how often the object at fault is named first, beside triage and likeness, and its cause."""

    def share(answers: Sequence[Verdict | Guess], field: str) -> float:
        return float(sum(getattr(one, field) for one in answers)) / len(answers)

    causes = [one.verdict for one in results]
    found = Row("object at fault named first", share(causes, "is_object"), "share", "more")
    triage, likeness = [one.triage for one in results], [one.likeness for one in results]
    return [
        found._replace(beside="triage alone", bare=share(triage, "is_object")),
        found._replace(beside="likeness alone", bare=share(likeness, "is_object")),
        Row("object and cause named", share(causes, "is_cause"), "share", "more"),
    ]


def say_row(name: str, answers: Sequence[Verdict | Guess]) -> str:
    """Return a line of the table."""
    shares = [
        sum(getattr(one, field, False) for one in answers) / len(answers)
        for field in ("is_object", "is_cause", "is_among")
    ]
    grounded = [one.is_grounded for one in answers if isinstance(one, Verdict) and one.said]
    shown = f"{sum(grounded) / len(grounded):.2f}" if grounded else ""
    elsewhere = sum(one.is_elsewhere for one in answers)
    cells = " | ".join(f"{share:.2f}" for share in shares)
    return f"| {name} | {cells} | {shown} | {elsewhere} |"
