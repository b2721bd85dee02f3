"""Chooses what to quote."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from processors.knowledge.blocks import Block
from serving.model_server.extractive.choosing import choose_procedures, find_others, find_warnings
from serving.model_server.extractive.intent import Intent
from serving.model_server.extractive.observations import is_observation
from serving.model_server.extractive.pages import Page, Procedure
from serving.model_server.extractive.ranking import RankedPage, rank_pages, take_alike
from serving.model_server.extractive.score import ScoredUnit, is_calm, is_headline

ANSWER_THRESHOLD: Final = 0.34

MAX_QUOTES: Final = 5
MAX_CHARACTERS: Final = 3000
"""Bounds of single quotes: they are read on a screen by somebody who is on call."""

_CLOSE_TO_BEST: Final = 0.85
_MAX_ALSO: Final = 2
# Of one thing that was observed: how it is summed up, and what fits best of the rest.
_OF_ONE_SOURCE: Final = 2


@dataclass(frozen=True)
class Selection:
    """What is quoted: procedures and warnings, what was observed, what documents say besides.

    `others` are the words on procedures that stand beside the quoted ones, and aren't;
    `also` are other pages that fit as well.
    """

    procedures: tuple[Procedure, ...] = ()
    warnings: tuple[tuple[int, Block], ...] = ()
    others: tuple[tuple[int, Block], ...] = ()
    observations: tuple[ScoredUnit, ...] = ()
    statements: tuple[ScoredUnit, ...] = ()
    also: tuple[Page, ...] = ()


def select_units(
    scored: Sequence[ScoredUnit], intent: Intent, weights: Mapping[str, float]
) -> Selection | None:
    """Choose the units of the answer.

    Args:
        scored: Units of all sources.
        intent: What is asked for.
        weights: Of the question's words. If it has none ("what just happened?"), the newest observations
            answer it.

    Returns:
        The selection; none if nothing fits well enough.
    """
    ranked = sorted(scored, key=lambda one: (-round(one.rank, 4), one.source.n, one.unit.order))
    if intent == "incident" and not weights:
        newest = sorted(ranked, key=lambda one: one.source.observed_at, reverse=True)
        newest.sort(key=lambda one: is_calm(one.source))
        observations = _take_observations([one for one in newest if is_observation(one.source)], scored)
        return Selection(observations=observations) if observations else None
    fitting = [one for one in ranked if one.confidence >= ANSWER_THRESHOLD]
    if not fitting:
        return None
    close = [one for one in fitting if one.rank >= _CLOSE_TO_BEST * fitting[0].rank]
    if intent != "procedure":
        return _select_quotes(fitting, close, scored)
    alike = take_alike(rank_pages(scored, weights), ANSWER_THRESHOLD)
    quoted = [page for page in alike if page.best.confidence >= ANSWER_THRESHOLD]
    for best in quoted:
        if procedures := choose_procedures(best, ranked, weights):
            pages = list({one.source.n: one.page for one in sorted(scored, key=_by_place)}.values())
            warnings = tuple(find_warnings(procedures, pages))
            others = tuple(find_others(procedures, pages))
            return Selection(tuple(procedures), warnings, others, also=_list_also(alike, [best.name]))
    found = _select_quotes(fitting, _put_first(quoted, close), scored)
    told = [one.page.name for one in found.statements]
    return replace(found, also=_list_also(alike, told))


def _list_also(alike: Sequence[RankedPage], told: Collection[str]) -> tuple[Page, ...]:
    return tuple(page.best.page for page in alike if page.name not in told)[:_MAX_ALSO]


def _put_first(quoted: Sequence[RankedPage], close: Sequence[ScoredUnit]) -> list[ScoredUnit]:
    """Return units with those of the page that fits best before all others; it has one at least."""
    if not quoted:
        return list(close)
    best = quoted[0]
    own = [one for one in close if one.page.name == best.name] or [best.best]
    return [*own, *(one for one in close if one.page.name != best.name)]


def _by_place(one: ScoredUnit) -> tuple[int, int]:
    return one.source.n, one.unit.order


def _select_quotes(
    fitting: Sequence[ScoredUnit], close: Sequence[ScoredUnit], scored: Sequence[ScoredUnit]
) -> Selection:
    """Choose what was observed and what documents say, each in an order that can be read."""
    best = fitting[0]
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
                    *_by_place(one),
                ),
            )
        ),
        statements=tuple(
            sorted(statements, key=lambda one: (one.source.n != close[0].source.n, *_by_place(one)))
        ),
    )


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
        size = len(one.unit.text) + len(one.unit.code)
        key = " ".join(one.unit.text.lower().split())
        if key in seen or size > budget or len(taken) == most:
            continue
        seen.add(key)
        taken.append(one)
        budget -= size
    return tuple(taken)
