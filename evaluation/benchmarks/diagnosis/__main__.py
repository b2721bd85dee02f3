"""`make bench-diagnosis`: whether the cause of a fault is found, of scripted faults in a cluster in memory.

Forty-five faults are played in a cluster of three nodes and three namespaces of small services, each with
three seeds that decide names, counts and times. **Played** means that no API server runs: a small set of
rules does what the controllers, the scheduler, the admission of pods and the kubelet do, in their words, and
programs call each other and log what doesn't work. What comes of it goes the way of the product: objects are
pruned as the collector does it, made into chunks as the pipeline does it, and incidents are found in those.
Beside it stand what triage alone (severity, then newest) and likeness alone (words and vectors) answer.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from evaluation.benchmarks.diagnosis.baselines import (
    Embed,
    Guess,
    judge_guess,
    rank_by_likeness,
    rank_by_triage,
)
from evaluation.benchmarks.diagnosis.cluster import NOON
from evaluation.benchmarks.diagnosis.episode import play_episode
from evaluation.benchmarks.diagnosis.faults import FAULTS
from evaluation.benchmarks.diagnosis.judging import Verdict, choose_incidents, judge, list_causes
from evaluation.benchmarks.model_process import run_model_server
from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.observation import observe
from processors.stores.model_server import embed_texts

_MODEL = "all-minilm-l6-v2"


class Result(NamedTuple):
    """What came of an episode."""

    fault: str
    seed: int
    expected: str
    verdict: Verdict
    triage: Guess
    likeness: Guess


def run_episode(name: str, seed: int, embed: Embed | None = None) -> Result:
    """Play a fault, and judge what is found.

    Args:
        name: Of the fault.
        seed: Decides all that is left to chance.
        embed: Gives the vectors of texts; without it likeness is that of words.
    """
    episode = play_episode(FAULTS[name], seed)
    chunks, expected, place = episode.chunks, episode.expected, episode.namespace
    incidents = choose_incidents(find_incidents([observe(one) for one in chunks], NOON), place)
    known = {one["chunk_id"]: one for one in chunks}
    return Result(
        name,
        seed,
        " or ".join(f"{kind}/{each}" for kind, _, each in expected.objects),
        judge(list_causes(incidents), expected, known, place),
        judge_guess(rank_by_triage(chunks, place), expected, place),
        judge_guess(rank_by_likeness(chunks, place, embed), expected, place),
    )


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


@contextmanager
def open_embedder(on: bool) -> Iterator[Embed | None]:
    """Run a model server and yield what embeds texts; nothing if it isn't asked for."""
    if not on:
        yield None
        return
    with run_model_server(Path(os.environ.get("RUNLORE_ENVS", ".runlore/envs")).absolute(), {}) as process:
        yield lambda texts: embed_texts(process.url, _MODEL, list(texts))[0]


def main(arguments: Sequence[str]) -> None:
    """Play all faults, and print a table and what was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--faults", nargs="+", default=list(FAULTS), choices=list(FAULTS), metavar="FAULT")
    parser.add_argument(
        "--vectors", action="store_true", help="likeness by vectors too (a model server runs)"
    )
    options = parser.parse_args(arguments)
    with open_embedder(options.vectors) as embed:
        results = [run_episode(name, seed, embed) for name in options.faults for seed in options.seeds]
    for one in results:
        verdict = one.verdict
        if not (verdict.is_cause and verdict.is_grounded):
            what = "object" if not verdict.is_object else "cause" if not verdict.is_cause else "grounds"
            if what == "object" and verdict.is_among:
                what = "object, but among three"
            sys.stdout.write(f"{one.fault}, seed {one.seed}: {what}; {one.expected}; said: {verdict.said}\n")
    quiet = [
        len(find_incidents([observe(chunk) for chunk in play_episode(None, seed).chunks], NOON))
        for seed in options.seeds
    ]
    rows = [
        say_row("causes", [one.verdict for one in results]),
        say_row("triage alone", [one.triage for one in results]),
        say_row("likeness alone", [one.likeness for one in results]),
    ]
    sys.stdout.write(
        f"\n{len(results)} episodes of {len(options.faults)} faults, "
        "in memory: controllers, scheduler and kubelet are played\n"
        "| | A@1 object | object and cause | A@3 | grounded | wrong place |\n|---|---|---|---|---|---|\n"
        + "".join(f"{row}\n" for row in rows)
        + f"incidents where all is well: {', '.join(map(str, quiet))}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
