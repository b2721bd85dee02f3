"""Procedures on a page: where each begins and ends, in whatever form its steps are written."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from processors.knowledge.blocks import LABELLED, Block
from processors.knowledge.blocks.sections import Section, read_heading
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.blocks.walking import walk
from processors.knowledge.steps.headings import is_about_doing, split_number

_NUMBERED_COLUMN: Final = re.compile(r"^(?:step|no|nr|#|№|шаг)?\W*$", re.IGNORECASE)


class Steps(NamedTuple):
    """A procedure: its lines, and the headings that stand above all of it.

    `number` is that of its last step where it counts, so that a list in the next section may go on.
    """

    heading_path: list[str]
    first: int
    last: int
    number: int = 0


def find_steps(sections: Sequence[Section]) -> list[Steps]:
    """Return the procedures of a page in their order; none shares a line with another.

    Lists are procedures, numbered ones and those below a heading about doing, and so are tables whose rows
    are numbered. Quotes, tabs and folded text may hold them. What leads one in belongs to it. Steps that are
    headings, sections below a line that ends with a colon, and lists that count on are one procedure.

    Args:
        sections: Of a page, in their order.

    Example:
        >>> from processors.knowledge.blocks.sections import cut_sections
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> page = "## Prepare\\n\\n1. a\\n2. b\\n\\n## Act\\n\\n3. c\\n\\nIf it fails:\\n\\n1. d"
        >>> [(steps.first, steps.last) for steps in find_steps(cut_sections(read_markdown(page)))]
        [(3, 8), (10, 12)]
    """
    found: list[Steps] = []
    wide = list(_find_wide(sections))
    for section in sections:
        if any(steps.first <= section["start_line"] <= steps.last for steps in wide):
            continue
        for steps, begins in _find_in_section(section):
            last = found[-1] if found else None
            if last and begins > 1 and last.number + 1 == begins:
                path = _share(last.heading_path, section["heading_path"])
                found[-1] = Steps(path, last.first, steps.last, steps.number)
            else:
                found.append(steps)
    return sorted([*found, *wide], key=lambda steps: steps.first)


def _tells_to_do(sections: Sequence[Section]) -> bool:
    """Tell whether most of some sections hold code, a list or numbers without text, or are called steps."""
    telling = [
        any(map(_is_called_step, _list_headings(section)))
        or any(
            block["kind"] == "heading" and split_number(read_heading(block))[0] for block in section["blocks"]
        )
        or any(block["kind"] in ("code", "list") for block in walk(section["blocks"]))
        for section in sections
    ]
    return 2 * sum(telling) >= len(telling)


def _list_headings(section: Section) -> list[str]:
    inside = [read_heading(block) for block in section["blocks"] if block["kind"] == "heading"]
    return [*section["heading_path"], *inside]


def _is_called_step(heading: str) -> bool:
    return bool(split_number(heading)[0]) and not heading[0].isdecimal()


def _share(one: Sequence[str], other: Sequence[str]) -> list[str]:
    shared = []
    for name, same in zip(one, other, strict=False):
        if name != same:
            break
        shared.append(name)
    return shared


def _find_wide(sections: Sequence[Section]) -> Iterator[Steps]:
    """Yield procedures whose steps are sections."""
    at = 0
    while at < len(sections):
        end = max(_end_led_in(sections, at), _end_numbered(sections, at))
        if end > at and _tells_to_do(sections[at:end]):
            path = list(sections[at]["heading_path"])
            for section in sections[at:end]:
                path = _share(path, section["heading_path"])
            yield Steps(path, sections[at]["start_line"], sections[end - 1]["end_line"])
            at = end
        else:
            at += 1


def _end_led_in(sections: Sequence[Section], at: int) -> int:
    """Return where the sections end that a line with a colon leads in."""
    above, last = sections[at]["heading_path"], sections[at]["blocks"][-1]
    if not _ends_with_colon(last):
        return at
    end = at + 1
    while (
        end < len(sections)
        and sections[end]["heading_path"][: len(above)] == above
        and len(sections[end]["heading_path"]) > len(above)
    ):
        end += 1
    return end if end > at + 1 else at


def _ends_with_colon(block: Block) -> bool:
    return block["kind"] == "paragraph" and to_words(block["spans"]).rstrip().endswith((":", "："))


def _end_numbered(sections: Sequence[Section], at: int) -> int:
    """Return where sections end whose headings count on from the first one."""
    numbers = list(_list_numbers(sections[at]))
    if not numbers or numbers[0][1] not in ("0", "1"):
        return at
    depth, count, end = numbers[0][0], int(numbers[0][1]), at
    parent = sections[at]["heading_path"][:depth]
    while end < len(sections):
        section = sections[end]
        if section["heading_path"][:depth] != parent:
            break
        for own, number in _list_numbers(section):
            if own == depth and number == str(count):
                count += 1
        below = section["heading_path"][depth : depth + 1]
        if below and split_number(below[0])[0] != str(count - 1):
            break
        end += 1
    return end if count - int(numbers[0][1]) > 1 else at


def _list_numbers(section: Section) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the headings of a section, those that are text of it too, with their depths."""
    path = section["heading_path"]
    for block in section["blocks"]:
        if block["kind"] == "heading" and (number := split_number(read_heading(block))[0]):
            yield len(path), number
    for depth, name in enumerate(path):
        if number := split_number(name)[0]:
            yield depth, number


def _find_in_section(section: Section) -> Iterator[tuple[Steps, int]]:
    """Yield the procedures of one section, each with its first number."""
    blocks, path = section["blocks"], section["heading_path"]
    doing = bool(path) and is_about_doing(path[-1])
    holds = [_is_procedure(block, doing=doing) for block in blocks]
    begin = 0
    for at, block in enumerate(blocks):
        if not holds[at] or (
            block["kind"] == "tab" and at + 1 < len(blocks) and blocks[at + 1]["kind"] == "tab"
        ):
            continue
        following = next((later for later in range(at + 1, len(blocks)) if holds[later]), len(blocks))
        stands_alone = block["kind"] in ("quote", "details")
        end = at + 1 if stands_alone else _end_tail(blocks, at + 1, following)
        numbers = [item["number"] for item in block.get("children", ()) if item["kind"] == "item"]
        last = int(numbers[-1]) if numbers and numbers[-1].isdecimal() else 0
        first = int(numbers[0]) if numbers and numbers[0].isdecimal() else 0
        yield Steps(path, blocks[begin]["first"], blocks[end - 1]["last"], last), first
        begin = end
    if not any(holds) and doing:
        yield Steps(path, blocks[0]["first"], blocks[-1]["last"]), 0


def _end_tail(blocks: Sequence[Block], at: int, following: int) -> int:
    """Return where what belongs to a procedure ends; what leads in the next one is not its own."""
    if following == len(blocks):
        return following
    end = following
    while end > at and (_ends_with_colon(blocks[end - 1]) or blocks[end - 1]["kind"] in ("heading", "quote")):
        end -= 1
    return end


def _is_procedure(block: Block, *, doing: bool) -> bool:
    if block["kind"] == "list":
        return block["ordered"] or doing or any(held["kind"] == "code" for held in walk(block["children"]))
    if block["kind"] == "table":
        return counts_rows(block)
    if block["kind"] == "tab":
        return True
    return block["kind"] in LABELLED and any(_is_procedure(child, doing=False) for child in block["children"])


def counts_rows(table: Block) -> bool:
    """Tell whether the first column of a table counts its rows."""
    if not table["header"] or len(table["rows"]) < 2:
        return False
    numbers = [to_words(row[0]).strip(" .)") for row in table["rows"]]
    named = _NUMBERED_COLUMN.match(to_words(table["header"][0]))
    return bool(named) and numbers == [
        str(count) for count in range(int(numbers[0] == "1"), int(numbers[0] == "1") + len(numbers))
    ]
