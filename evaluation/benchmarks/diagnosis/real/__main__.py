"""`make bench-diagnosis-api`: the faults of `make bench-diagnosis` on a real API server.

etcd, API server, controllers and scheduler are the real ones, on ports of their own. Played is what stands
outside them: the kubelets, the registry, the driver of volumes, the metrics server, and the programs that
log. Faults that keep to a namespace happen at the same time in one cluster, each in a namespace of its own;
those of nodes or of the whole cluster have a cluster each.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from evaluation.benchmarks.diagnosis.episode import Episode
from evaluation.benchmarks.diagnosis.faults import FAULTS
from evaluation.benchmarks.diagnosis.real.session import group_faults, play_group
from evaluation.benchmarks.diagnosis.results import Result, diagnose, judge_episode, say_miss, say_table


class Group(NamedTuple):
    """What came of faults that were played together.

    Attributes:
        results: Of each fault.
        quiet: Titles of incidents in a namespace where all is well.
        refused: What the API server didn't take.
    """

    results: list[Result]
    quiet: list[str]
    refused: list[str]


def run_group(names: Sequence[str], seed: int, window_s: float, keep: Path | None) -> Group:
    """Play faults together, and judge what is found of each.

    Args:
        names: Of the faults.
        seed: Decides all that is left to chance.
        window_s: How long the fourteen minutes of the story last.
        keep: Where keys, data and logs of the clusters stay; None: nowhere.
    """
    own = keep / f"{seed}-{names[0]}" if keep else None
    told = play_group(names, seed, window_s, own)
    incidents = diagnose(told.chunks)
    results = [
        judge_episode(name, seed, Episode(told.namespaces[name], told.chunks, told.expected[name]), incidents)
        for name in names
    ]
    return Group(results, [one.title for one in incidents if one.namespace == told.quiet], told.refused)


def main(arguments: Sequence[str]) -> None:
    """Play all faults, and print a table and what was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--faults", nargs="+", default=list(FAULTS), choices=list(FAULTS), metavar="FAULT")
    parser.add_argument("--window", type=float, default=84, help="seconds that fourteen minutes last")
    parser.add_argument("--at-once", type=int, default=3, help="clusters that run at the same time")
    parser.add_argument("--keep", type=Path, help="a folder in which the clusters' data and logs stay")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    plays = [(names, seed) for seed in options.seeds for names in group_faults(options.faults)]
    with ProcessPoolExecutor(options.at_once) as pool:
        futures = [pool.submit(run_group, names, seed, options.window, options.keep) for names, seed in plays]
        for number, future in enumerate(as_completed(futures), start=1):
            future.result()
            sys.stdout.write(f"{number} of {len(plays)} plays after {time.monotonic() - began:.0f} s\n")
            sys.stdout.flush()
        groups = [future.result() for future in futures]
    results = [one for group in groups for one in group.results]
    lines = [*filter(None, map(say_miss, results))]
    lines += [f"refused: {one}" for group in groups for one in group.refused]
    lines += [f"where all is well: {title}" for group in groups for title in group.quiet]
    sys.stdout.write(
        "".join(f"{line}\n" for line in lines)
        + f"\n{len(results)} episodes of {len(options.faults)} faults on a real API server, "
        f"{time.monotonic() - began:.0f} s\n{say_table(results)}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
