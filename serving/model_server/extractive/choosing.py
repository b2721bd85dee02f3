"""Chooses the procedure that answers a question about what to do, and what belongs to it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.sections import PATH
from processors.knowledge.blocks.walking import drop_lines
from processors.knowledge.steps.fitting import leave_out_procedures
from processors.knowledge.steps.headings import is_about_steps
from processors.knowledge.steps.warning import is_warning
from serving.model_server.extractive.lexical import measure_coverage, split_words
from serving.model_server.extractive.pages import Page, Procedure, list_leads
from serving.model_server.extractive.ranking import RankedPage
from serving.model_server.extractive.score import ScoredUnit, is_instruction

_FOLDED: Final = ("details",)


def choose_procedures(
    best: RankedPage,
    ranked: Sequence[ScoredUnit],
    weights: Mapping[str, float],
) -> list[Procedure]:
    """Return what to do, in the order of the page: a procedure with those of its section that belong to it.

    People describe what they see, so the best unit is often a symptom: the steps of the same page are meant.
    Prose with commands is a procedure if its page has no steps, or if the question names its very heading.

    Args:
        best: The page that fits best.
        ranked: All units, best first.
        weights: Of the question's words.
    """
    pages = list({one.page.source.n: one.page for one in ranked}.values())
    same_page = [one for one in ranked if one.page.name == best.name]
    chosen = _find_best(best.best, same_page, weights)
    return _gather(chosen, pages, weights) if chosen else []


def _find_best(
    best: ScoredUnit, same_page: Sequence[ScoredUnit], weights: Mapping[str, float]
) -> Procedure | None:
    steps = _find_steps(same_page, weights)
    prose = _find_prose([best] if steps else same_page, weights)
    if steps and prose:
        return prose if _named(prose, weights) > _named(steps, weights) else steps
    return steps or prose


def _find_steps(ranked: Sequence[ScoredUnit], weights: Mapping[str, float]) -> Procedure | None:
    """Return the steps that fit best: of those that are announced or asked for, else of all."""
    found = list(_list_steps(ranked))
    announced = (one for one in found if _is_announced(one, weights))
    return next(announced, found[0] if found else None)


def _list_steps(ranked: Sequence[ScoredUnit]) -> Iterator[Procedure]:
    """Yield steps by their best instruction, or by a better line that leads them in."""
    for one in ranked:
        if one.unit.text.endswith(":") or is_instruction(one.unit, one.page):
            yield from (held for held in one.page.procedures if held.is_steps and held.holds(one.unit))
    yield from (held for one in ranked for held in one.page.procedures if held.is_steps)


def _is_announced(procedure: Procedure, weights: Mapping[str, float]) -> bool:
    *above, heading = procedure.path or ("",)
    own = set(split_words(heading)).difference(*map(split_words, above))
    return is_about_steps(heading) or measure_coverage(weights, own) > 0


def _find_prose(ranked: Sequence[ScoredUnit], weights: Mapping[str, float]) -> Procedure | None:
    """Return the prose whose heading names most of the question, or announces steps, or that fits best."""
    held = [one for unit in ranked for one in unit.page.procedures if one.holds(unit.unit)]
    return max(
        (one for one in held if not one.is_steps),
        key=lambda one: (_named(one, weights), is_about_steps(one.path[-1] if one.path else "")),
        default=None,
    )


def _named(procedure: Procedure, weights: Mapping[str, float]) -> float:
    """Tell how much of a question the own heading of a procedure names; a title is that of a whole page."""
    own = set(split_words(procedure.path[-1])) if len(procedure.path) > 1 else set()
    return measure_coverage(weights, own)


def _gather(chosen: Procedure, pages: Sequence[Page], weights: Mapping[str, float]) -> list[Procedure]:
    """Return the procedures of a section that the question doesn't tell apart, in their order."""
    section = [
        one
        for page in pages
        for one in page.procedures
        if one.path == chosen.path and (one.source == chosen.source or _is_part(one, chosen))
    ]
    title = {word for name in chosen.path for word in split_words(name)}
    apart = {word: weight for word, weight in weights.items() if word not in title}
    told = [measure_coverage(apart, _list_words(one)) for one in section]
    asked = [one for one, share in zip(section, told, strict=True) if share == max(told)]
    return _join_parts(asked if chosen in asked or max(told) else section, chosen)


def find_others(chosen: Sequence[Procedure], pages: Sequence[Page]) -> Iterator[tuple[int, Block]]:
    """Yield the words on numbered lists beside the chosen ones, under their heading, with their source.

    Args:
        chosen: At least one.
        pages: All sources, in their order.
    """
    told = {(one.source, one.path) for one in chosen}
    for page in pages:
        others = [
            one.blocks
            for one in page.procedures
            if (one.source, one.path) in told and one not in chosen and _list_numbers(one)
        ]
        yield from ((page.source.n, block) for block in leave_out_procedures(others))


def _is_part(one: Procedure, other: Procedure) -> bool:
    """Tell whether two sources may hold parts of one section: one is folded text, or the numbers go on."""
    first, second = _list_numbers(one), _list_numbers(other)
    if not first or not second:
        return _is_folded(one) or _is_folded(other)
    return first[0] == second[-1] + 1 or second[0] == first[-1] + 1 or _is_folded(one) or _is_folded(other)


def _is_folded(procedure: Procedure) -> bool:
    return all(block["kind"] in _FOLDED for block in procedure.blocks)


def _list_numbers(procedure: Procedure) -> list[int]:
    lists = [block for block in procedure.blocks if block["kind"] == "list" and block["ordered"]]
    numbers = [item["number"] for block in lists for item in block["children"]]
    return [int(number) for number in numbers if number.isdecimal()]


def _list_words(procedure: Procedure) -> list[str]:
    return [word for lead in list_leads(procedure) for word in split_words(lead)]


def _join_parts(found: Sequence[Procedure], chosen: Procedure) -> list[Procedure]:
    """Return procedures with the main list before what is folded, and parts in the order of their numbers."""
    if all(one.source == chosen.source for one in found):
        return list(found)
    return sorted(found, key=lambda one: (_is_folded(one), (_list_numbers(one) or [0])[0]))


def find_warnings(chosen: Sequence[Procedure], pages: Sequence[Page]) -> Iterator[tuple[int, Block]]:
    """Yield what the page warns of above the chosen procedures, with the number of the source.

    Args:
        chosen: At least one.
        pages: All sources, in their order.
    """
    path = chosen[0].path
    for page in pages:
        if page.name != (path[0] if path else ""):
            continue
        above: tuple[str, ...] = tuple(page.source.title.split(PATH))
        blocks = takewhile(lambda block: block["kind"] != "heading", page.blocks)
        for block in blocks:
            if not is_warning(block):
                continue
            is_above = len(above) < len(path) and path[: len(above)] == above
            if is_above and not _is_held(block, chosen):
                yield page.source.n, block


def _is_held(block: Block, chosen: Collection[Procedure]) -> bool:
    (bare,) = drop_lines([block])
    return any(bare in drop_lines(one.blocks) for one in chosen)
