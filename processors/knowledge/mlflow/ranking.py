"""Which runs of an experiment answer a question about the best, the worst, or those that went wrong.

A search finds the words of a question; `best` in a run's name is a word as any other. What is best only the
metrics and their directions tell.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from processors.knowledge.mlflow.asking import Ask, is_named, unify_words
from processors.knowledge.mlflow.comparison import HELD_OUT, find_direction, split_name
from processors.knowledge.mlflow.facts import RunFacts

MOST_SHOWN: Final = 4
"""So many runs are shown for an experiment."""

_NAMED: Final = 10
_FOLLOWING: Final = 3
_BETTER: Final = {1: "more", -1: "less"}
# What a run costs says little about how good its model is.
_COSTS: Final = frozenset({"latency", "ms", "seconds", "time", "duration", "throughput"})


# How the standing of a run begins.
_STANDINGS: Final = {
    "production": "is in production",
    "better": "beats production",
    "worse": "is worse than production",
}


class Verdict(NamedTuple):
    """A sentence that answers the question, and the keys of the runs that it is about."""

    sentence: str
    shown: list[str]


def judge_runs(ask: Ask, experiment: str, runs: Mapping[str, RunFacts]) -> Verdict | None:
    """Return what an experiment's runs say to a question, None if they say nothing to it.

    Args:
        ask: What is asked.
        experiment: Its name.
        runs: Its runs by their keys, the newest first.

    Example:
        >>> runs = {
        ...     "1": RunFacts("best-guess", "FINISHED", {"auc": 0.8}, "", False),
        ...     "2": RunFacts("wide", "FINISHED", {"auc": 0.9}, "", False),
        ... }
        >>> from processors.knowledge.mlflow.asking import read_ask
        >>> ask = read_ask("Which run of oak is best?")
        >>> judge_runs(ask, "oak", runs).sentence.partition(":")[0]
        'Run wide is the best of the 2 training runs of experiment oak by auc, of which more is better'
    """
    if not runs:
        return None
    if ask.wish in ("diverged", "failed", "deleted"):
        # Who names a run wants to know of that one.
        if not ask.is_about_runs or any(is_named(run.name, ask.question) for run in runs.values()):
            return None
        return _list_troubled(ask, experiment, runs)
    if ask.wish in ("better", "worse", "production"):
        return _compare_with_production(ask, experiment, runs)
    compared = {
        key: run
        for key, run in runs.items()
        if not run.is_deleted and not run.diverged and run.status not in ("FAILED", "KILLED")
    }
    metric = choose_metric(ask, list(compared.values()))
    if not ask.is_about_runs and not (metric and _is_meant(metric, ask)):
        return None
    if metric is None:
        return _describe_unknown(ask, experiment, runs)
    return _rank(ask, experiment, metric, compared, runs)


def _list_troubled(ask: Ask, experiment: str, runs: Mapping[str, RunFacts]) -> Verdict:
    found = {key: run for key, run in runs.items() if _is_troubled(ask, run)}
    if not found:
        told = f"None of the {len(runs)} training runs of experiment {experiment} {_say(ask, 1)}."
        return Verdict(told, [next(iter(runs))])
    names = [f"{run.name} ({run.diverged})" if ask.wish == "diverged" else run.name for run in found.values()]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    told = ", ".join(names[:_NAMED]) + more
    count = (
        f"{len(found)} of the {len(runs)} training runs of experiment {experiment} {_say(ask, len(found))}"
    )
    return Verdict(f"{count}: {told}.", list(found)[:MOST_SHOWN])


def _say(ask: Ask, count: int) -> str:
    return ask.wish if ask.wish != "deleted" else "is deleted" if count == 1 else "are deleted"


def _is_troubled(ask: Ask, run: RunFacts) -> bool:
    if ask.wish == "deleted":
        return run.is_deleted
    return not run.is_deleted and (bool(run.diverged) if ask.wish == "diverged" else run.status == "FAILED")


def _compare_with_production(ask: Ask, experiment: str, runs: Mapping[str, RunFacts]) -> Verdict | None:
    """Return the run in production, or those that are better or worse, by what each says of itself."""
    in_production = [key for key, run in runs.items() if run.standing.startswith(_STANDINGS["production"])]
    found = [key for key, run in runs.items() if run.standing.startswith(_STANDINGS[ask.wish])]
    if not in_production:
        # Without it nothing can be compared; whatever else is known of the runs, a search finds.
        return None
    if not found:
        verb = _STANDINGS[ask.wish]
        told = f"None of the {len(runs)} training runs of experiment {experiment} {verb}"
        standing = runs[in_production[0]].standing
        return Verdict(f"{told}: run {runs[in_production[0]].name} {standing}.", in_production[:1])
    told = "; ".join(f"run {runs[key].name} {runs[key].standing}" for key in found[:_FOLLOWING])
    return Verdict(f"Of {len(runs)} training runs of experiment {experiment}: {told}.", found[:MOST_SHOWN])


def choose_metric(ask: Ask, runs: Sequence[RunFacts]) -> str | None:
    """Return the metric to compare runs by, None if there is none.

    It is the one that the question names. Otherwise it is one whose name says which way is better: of
    held-out data before others, quality before cost, what most runs have before what few have, and a score
    before a loss.
    """
    counts: dict[str, int] = {}
    for run in runs:
        for name in run.metrics:
            counts[name] = counts.get(name, 0) + 1
    named = [name for name in counts if _is_meant(name, ask)]
    if named:
        return min(named, key=lambda name: (-len(unify_words(name) & ask.words), *_order(name, counts)))
    if ask.wish in ("highest", "lowest"):
        return None
    return min(filter(find_direction, counts), key=lambda name: _order(name, counts), default=None)


def _is_meant(metric: str, ask: Ask) -> bool:
    core = unify_words(metric) - HELD_OUT
    return bool(core) and core <= ask.words


def _order(metric: str, counts: Mapping[str, int]) -> tuple[bool, bool, int, int, str]:
    words = split_name(metric)
    return not words & HELD_OUT, bool(words & _COSTS), -counts[metric], -find_direction(metric), metric


def _describe_unknown(ask: Ask, experiment: str, runs: Mapping[str, RunFacts]) -> Verdict | None:
    if not ask.asks_for_runs:
        return None
    why = (
        "no metric that the question names is known of them"
        if ask.wish in ("highest", "lowest")
        else "no metric of a run that went well says by its name which way is better"
    )
    which = f"Which of the {len(runs)} training runs of experiment {experiment} is the {ask.wish}"
    return Verdict(f"{which} can't be told: {why}.", [next(iter(runs))])


def _rank(
    ask: Ask, experiment: str, metric: str, compared: Mapping[str, RunFacts], runs: Mapping[str, RunFacts]
) -> Verdict | None:
    direction = find_direction(metric)
    way = {"highest": 1, "lowest": -1, "best": direction, "worst": -direction}[ask.wish]
    if not way:
        return _describe_unknown(ask, experiment, runs)
    having = {key: run for key, run in compared.items() if metric in run.metrics}
    values = {key: run.metrics[metric] for key, run in having.items()}
    ranked = sorted(values, key=lambda key: -way * values[key])
    first = [key for key in ranked if math.isclose(values[key], values[ranked[0]], rel_tol=1e-9)]
    then = [f"{_name(having[key])} {values[key]:.4g}" for key in ranked[len(first) :]]
    is_plain = ask.wish in ("highest", "lowest")
    by = "" if is_plain else f" by {metric}, of which {_BETTER[direction]} is better"
    rest = f"; then {', '.join(then[:_FOLLOWING])}" if then else ""
    told = (
        f"{_name_all(ask, metric, [_name(having[key]) for key in first])} of the {len(having)} training runs "
        f"of experiment {experiment}{by}: {_describe_metrics(having[first[0]], metric)}{rest}."
    )
    return Verdict(told + _describe_left_out(runs, len(having), metric), first[:MOST_SHOWN])


def _describe_metrics(run: RunFacts, metric: str) -> str:
    """Return the metric by which a run was found, and what else is known of it."""
    others = [f"{name} {value:.4g}" for name, value in run.metrics.items() if name != metric][:_FOLLOWING]
    return f"{metric} {run.metrics[metric]:.4g}" + (f" ({', '.join(others)})" if others else "")


def _name(run: RunFacts) -> str:
    return f"{run.name} (still running)" if run.status == "RUNNING" else run.name


def _name_all(ask: Ask, metric: str, names: list[str]) -> str:
    shown = f"Run {names[0]}" if len(names) == 1 else f"Runs {', '.join(names[:_NAMED])}, which are alike,"
    if ask.wish in ("highest", "lowest"):
        return f"{shown} {'has' if len(names) == 1 else 'have'} the {ask.wish} {metric}"
    return f"{shown} {'is' if len(names) == 1 else 'are'} the {ask.wish}"


def _describe_left_out(runs: Mapping[str, RunFacts], compared: int, metric: str) -> str:
    """Return how many runs were not compared, and why."""
    deleted = sum(run.is_deleted for run in runs.values())
    diverged = sum(bool(run.diverged) and not run.is_deleted for run in runs.values())
    rest = len(runs) - compared - deleted - diverged
    counts = ((deleted, "deleted"), (diverged, "diverged"), (rest, f"failed or without {metric}"))
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    return f" Not compared: {told}." if told else ""
