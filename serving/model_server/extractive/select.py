"""Chooses what to quote."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from serving.model_server.extractive.intent import Intent
from serving.model_server.extractive.score import (
    ScoredUnit,
    is_calm,
    is_headline,
    is_instruction,
    is_observation,
)

ANSWER_THRESHOLD: Final = 0.34

MAX_QUOTES: Final = 5
MAX_STEPS: Final = 15
MAX_CHARACTERS: Final = 3000
"""Bounds of an answer: it is read on a screen by somebody who is on call."""

_CLOSE_TO_BEST: Final = 0.85
# Of one thing that was observed: how it is summed up, and what fits best of the rest.
_OF_ONE_SOURCE: Final = 2


@dataclass(frozen=True)
class Selection:
    """What is quoted: the steps of a procedure, what was observed, and what documents say besides."""

    steps: tuple[ScoredUnit, ...] = ()
    observations: tuple[ScoredUnit, ...] = ()
    statements: tuple[ScoredUnit, ...] = ()


def select_units(scored: Sequence[ScoredUnit], intent: Intent, recent_only: bool) -> Selection | None:
    """Choose the units of the answer.

    Args:
        scored: Units of all sources.
        intent: What is asked for.
        recent_only: The question names nothing ("what just happened?"): the newest observations answer it.

    Returns:
        The selection; none if nothing fits well enough.
    """
    ranked = sorted(scored, key=lambda one: (-round(one.rank, 4), one.source.n, one.unit.order))
    if intent == "incident" and recent_only:
        newest = sorted(ranked, key=lambda one: one.source.observed_at, reverse=True)
        newest.sort(key=lambda one: is_calm(one.source))
        observations = _take_observations([one for one in newest if is_observation(one.source)], scored)
        return Selection(observations=observations) if observations else None
    fitting = [one for one in ranked if one.confidence >= ANSWER_THRESHOLD]
    if not fitting:
        return None
    best = fitting[0]
    instruction = find_instruction(fitting, ranked) if intent == "procedure" else None
    if instruction is not None:
        return Selection(steps=find_list(instruction, scored))
    close = [one for one in fitting if one.rank >= _CLOSE_TO_BEST * best.rank]
    observed = _take_observations([one for one in close if is_observation(one.source)], scored)
    # What only gets its rank from the kind of question pushes out no page that fits as well.
    as_good = [one for one in fitting if one.confidence >= _CLOSE_TO_BEST * best.confidence]
    written = [one for one in (as_good if observed else close) if not is_observation(one.source)]
    statements = _take(written, 2 if observed else MAX_QUOTES)
    return Selection(
        observations=tuple(
            sorted(
                observed,
                key=lambda one: (
                    one.source.n != observed[0].source.n,
                    one.source.observed_at,
                    one.source.n,
                    one.unit.order,
                ),
            )
        ),
        statements=tuple(
            sorted(statements, key=lambda one: (one.source.n != best.source.n, one.source.n, one.unit.order))
        ),
    )


def find_instruction(fitting: Sequence[ScoredUnit], ranked: Sequence[ScoredUnit]) -> ScoredUnit | None:
    """Find the step whose list answers a question about what to do.

    People describe what they see, so the best unit is often a symptom: the steps of the same page are meant.

    Args:
        fitting: Units good enough to be quoted, best first; at least one.
        ranked: All units, best first.
    """
    best = fitting[0]
    close = [one for one in fitting if one.rank >= _CLOSE_TO_BEST * best.rank]
    same_page = [one for one in ranked if page_of(one) == page_of(best)]
    return next((one for one in [*same_page, *close] if is_instruction(one.unit, one.source)), None)


def page_of(one: ScoredUnit) -> str:
    """Return the title of the page that a source is a part of."""
    return one.source.title.partition(" > ")[0] or str(one.source.n)


def find_list(best: ScoredUnit, scored: Sequence[ScoredUnit]) -> tuple[ScoredUnit, ...]:
    """Give the whole list that a step or item belongs to, in order.

    A long list may have been cut into several sources: where title and numbers continue, they are joined.
    """
    lists: dict[tuple[int, int], list[ScoredUnit]] = {}
    for one in scored:
        if one.source.title == best.source.title and one.unit.kind == best.unit.kind:
            lists.setdefault((one.source.n, one.unit.list_id), []).append(one)
    chosen = lists.pop((best.source.n, best.unit.list_id))
    joined = bool(best.unit.number and best.source.title)
    while joined:
        joined = False
        for key, other in list(lists.items()):
            if other[0].unit.number == chosen[-1].unit.number + 1:
                chosen = [*chosen[:-1], adopt_code(chosen[-1], other[0].source.n, scored), *lists.pop(key)]
                joined = True
            elif chosen[0].unit.number > 1 and other[-1].unit.number == chosen[0].unit.number - 1:
                chosen = [*lists.pop(key), *chosen]
                joined = True
    return tuple(chosen[:MAX_STEPS])


def adopt_code(last: ScoredUnit, source: int, scored: Sequence[ScoredUnit]) -> ScoredUnit:
    """Give the last step of a list the code that was cut off into the source where the list goes on.

    Args:
        last: The last step of the list.
        source: Number of the source where the list goes on.
        scored: All units, with their sources.
    """
    orphans = [
        one.unit for one in scored if one.source.n == source and one.unit.order == 0 and not one.unit.text
    ]
    codes = (*last.unit.codes, *(code for unit in orphans for code in unit.codes))
    return replace(last, unit=replace(last.unit, codes=codes))


def _take_observations(ranked: Sequence[ScoredUnit], scored: Sequence[ScoredUnit]) -> tuple[ScoredUnit, ...]:
    """Take what was observed, best first: each headline, and a detail that has what its headline lacks."""
    headlines = {one.source.n: [one] for one in scored if is_headline(one.unit, one.source)}
    wanted: dict[int, list[ScoredUnit]] = {}
    for one in ranked:
        of_source = wanted.setdefault(one.source.n, headlines.get(one.source.n, [])[:])
        adds = not of_source or one.coverage > of_source[0].coverage
        if adds and one not in of_source and len(of_source) < _OF_ONE_SOURCE:
            of_source.append(one)
    return _take([one for of_source in wanted.values() for one in of_source], MAX_QUOTES)


def _take(ranked: Sequence[ScoredUnit], most: int) -> tuple[ScoredUnit, ...]:
    """Take the first units that say different things and fit the budget together."""
    taken: list[ScoredUnit] = []
    seen: set[str] = set()
    budget = MAX_CHARACTERS
    for one in ranked:
        size = len(one.unit.text) + sum(len(code.text) for code in one.unit.codes)
        key = " ".join(one.unit.text.lower().split())
        if key in seen or size > budget or len(taken) == most:
            continue
        seen.add(key)
        taken.append(one)
        budget -= size
    return tuple(taken)
