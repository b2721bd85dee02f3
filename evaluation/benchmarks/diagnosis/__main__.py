"""`make bench-diagnosis`: whether the cause of a fault is found, of scripted faults in a cluster in memory.

Forty-five faults are played in a cluster of three nodes and three namespaces of small services, each with
three seeds that decide names, counts and times. **Played** means that no API server runs: a small set of
rules does what the controllers, the scheduler, the admission of pods and the kubelet do, in their words, and
programs call each other and log what doesn't work. What comes of it goes the way of the product: objects are
pruned as the collector does it, made into chunks as the pipeline does it, and incidents are found in those.
Beside it stand what triage alone (severity, then newest) and likeness alone (words and vectors) answer.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from evaluation.benchmarks.diagnosis.baselines import Embed
from evaluation.benchmarks.diagnosis.episode import play_episode
from evaluation.benchmarks.diagnosis.faults import FAULTS
from evaluation.benchmarks.diagnosis.results import (
    Result,
    diagnose,
    judge_episode,
    list_rows,
    say_miss,
    say_table,
)
from evaluation.benchmarks.model_process import run_model_server
from evaluation.benchmarks.rows import emit, open_table
from local.environments import find_environments
from processors.stores.model_server import embed_texts

_MODEL = "all-minilm-l6-v2"


def run_episode(name: str, seed: int, embed: Embed | None = None) -> Result:
    """Play a fault, and judge what is found.

    Args:
        name: Of the fault.
        seed: Decides all that is left to chance.
        embed: Gives the vectors of texts; without it likeness is that of words.
    """
    episode = play_episode(FAULTS[name], seed)
    return judge_episode(name, seed, episode, diagnose(episode.chunks), embed)


@contextmanager
def open_embedder(on: bool) -> Iterator[Embed | None]:
    """Run a model server and yield what embeds texts; nothing if it isn't asked for."""
    if not on:
        yield None
        return
    envs = find_environments()
    with run_model_server(envs, {}) as process:
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
    for miss in filter(None, map(say_miss, results)):
        sys.stdout.write(f"{miss}\n")
    quiet = [len(diagnose(play_episode(None, seed).chunks)) for seed in options.seeds]
    sys.stdout.write(
        f"\n{len(results)} episodes of {len(options.faults)} faults, "
        "in memory: controllers, scheduler and kubelet are played\n"
        f"{say_table(results)}\n"
        f"incidents where all is well: {', '.join(map(str, quiet))}\n"
    )
    open_table(f"{len(results)} episodes in memory")
    for row in list_rows(results):
        emit(row)


if __name__ == "__main__":
    main(sys.argv[1:])
