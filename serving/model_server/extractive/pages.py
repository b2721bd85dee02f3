"""Reads a source: the blocks of a page, its units, and the procedures that it tells."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.sections import PATH, Section, cut_sections, read_heading
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.blocks.walking import list_code
from processors.knowledge.markdown.reading import read_markdown
from processors.knowledge.steps.adopting import adopt_steps
from processors.knowledge.steps.finding import Steps, find_steps
from processors.knowledge.steps.headings import is_about_steps
from serving.model_server.extractive.observations import is_observation, split_lines
from serving.model_server.extractive.prompt import Source
from serving.model_server.extractive.units import Unit, split_units

_TELLS: Final = re.compile(
    r"symptom|\bmeaning|\bimpact|what you see|\bcauses?\b|\bwhy\b|background|overview"
    r"|симптом|признак|причин|почему",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Procedure:
    """What somebody is told to do: blocks of a source in their order, with the headings that belong to them.

    `path` are the headings above all of it. `is_steps` tells whether it is written as steps; else it is
    prose with its commands, or a list under a heading that doesn't say that anything is to be done.
    """

    source: int
    path: tuple[str, ...]
    blocks: tuple[Block, ...]
    is_steps: bool

    def holds(self, unit: Unit) -> bool:
        """Tell whether a unit is a part of it."""
        last = self.blocks[-1]["last"]
        return unit.source == self.source and self.blocks[0]["first"] <= unit.first <= last


@dataclass(frozen=True)
class Page:
    """A source that was read."""

    source: Source
    blocks: tuple[Block, ...]
    units: tuple[Unit, ...]
    procedures: tuple[Procedure, ...]

    @property
    def name(self) -> str:
        """The title of the page that the source is a part of."""
        return self.source.title.partition(PATH)[0] or str(self.source.n)


def read_page(source: Source) -> Page:
    """Read a source: Markdown as its tree, what was observed by lines.

    Example:
        >>> page = read_page(Source(1, "Disk full > Fix", "runbook", "", "Do:\\n\\n1. Look.\\n2. Act."))
        >>> [(found.path, found.is_steps, len(found.blocks)) for found in page.procedures]
        [(('Disk full', 'Fix'), True, 2)]
    """
    if is_observation(source):
        return Page(source, (), tuple(split_lines(source)), ())
    blocks = adopt_steps(read_markdown(source.text))
    units, procedures = split_units(source.n, blocks), find_procedures(source, blocks)
    return Page(source, tuple(blocks), tuple(units), tuple(procedures))


def find_procedures(source: Source, blocks: Sequence[Block]) -> list[Procedure]:
    """Return what a source tells to do, in its order.

    Args:
        source: Its title are the headings above it.
        blocks: Its tree.
    """
    above = source.title.split(PATH) if source.title else []
    sections: list[Section] = [
        {**section, "heading_path": [*above, *section["heading_path"]]} for section in cut_sections(blocks)
    ]
    found = find_steps(sections)
    prose = [_cover(section) for section in sections if _tells_in_prose(section, found)]
    procedures = [
        _make_procedure(source, blocks, steps, is_prose=steps in prose)
        for steps in sorted([*found, *prose], key=lambda steps: steps.first)
    ]
    return [one for one in procedures if one.is_steps or _tells_to_act(one)]


def _tells_to_act(procedure: Procedure) -> bool:
    """Tell whether prose or bullets say what to do: by their heading, or by their commands."""
    heading = procedure.path[-1] if procedure.path else ""
    return is_about_steps(heading) or (bool(list_code(procedure.blocks)) and not _TELLS.search(heading))


def _cover(section: Section) -> Steps:
    return Steps(section["heading_path"], section["start_line"], section["end_line"])


def _tells_in_prose(section: Section, found: Sequence[Steps]) -> bool:
    overlaps = any(
        steps.first <= section["end_line"] and section["start_line"] <= steps.last for steps in found
    )
    return not overlaps and bool(list_code(section["blocks"]))


def _make_procedure(source: Source, blocks: Sequence[Block], steps: Steps, *, is_prose: bool) -> Procedure:
    begin = next(at for at, block in enumerate(blocks) if block["first"] >= steps.first)
    end = next((at for at in range(begin, len(blocks)) if blocks[at]["first"] > steps.last), len(blocks))
    while begin and _is_inner(blocks[begin - 1], steps.heading_path):
        begin -= 1
    held = tuple(blocks[begin:end])
    is_steps = not is_prose and _is_steps(held, steps.heading_path)
    return Procedure(source.n, tuple(steps.heading_path), held, is_steps)


def _is_inner(block: Block, path: Sequence[str]) -> bool:
    """Tell whether a heading belongs to the procedure below it and isn't above all of it already."""
    if block["kind"] != "heading":
        return False
    name = read_heading(block)
    return all(named != name and not named.startswith(f"{name} (") for named in path[-1:])


def _is_steps(blocks: Sequence[Block], path: Sequence[str]) -> bool:
    if path and is_about_steps(path[-1]):
        return any(block["kind"] not in ("paragraph", "code", "omitted") for block in blocks)
    return any(_counts(block) for block in blocks)


def _counts(block: Block) -> bool:
    """Tell whether a block is steps whatever stands above it."""
    if block["kind"] == "list":
        return block["ordered"]
    return block["kind"] in ("heading", "table") or any(map(_counts, block.get("children", ())))


def list_leads(procedure: Procedure) -> Iterator[str]:
    """Yield what leads a procedure's steps in: the paragraph before them, or the label they stand under."""
    before: Block | None = None
    for block in procedure.blocks:
        if block["kind"] in ("tab", "details"):
            yield block["label"]
        if block["kind"] in ("list", "table", "tab", "details", "quote"):
            break
        before = block
    if before and "spans" in before:
        yield to_words(before["spans"])
