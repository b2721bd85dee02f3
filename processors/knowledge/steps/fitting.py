"""As much of a procedure as fits, and the word on what doesn't."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from processors.knowledge.blocks import LABELLED, Block
from processors.knowledge.blocks.plain import render_plain
from processors.knowledge.blocks.sections import read_heading
from processors.knowledge.blocks.spans import to_words
from processors.knowledge.steps.headings import split_number

_MOST_NAMED: Final = 8
_STEPS: Final = re.compile(r"(\d{1,6}) steps")


def measure_characters(block: Block) -> int:
    """Return how many characters a block shows."""
    return len(render_plain([block]))


def leave_out(what: str, block: Block) -> Block:
    """Return the word that something isn't here, to stand in the place of a block."""
    return Block(kind="omitted", what=what, target="", first=block["first"], last=block["last"])


def leave_out_steps(blocks: Sequence[Block]) -> Block:
    """Return the word that blocks aren't here: how many steps they are, or that there is more.

    Args:
        blocks: At least one.
    """
    steps = count_steps(blocks)
    return leave_out(f"{steps} steps" if steps else "more", blocks[0])


def leave_out_procedures(procedures: Sequence[Sequence[Block]]) -> list[Block]:
    """Return the words that procedures aren't here: how many steps each has, and what leads it in.

    Of very many the last ones are told together.

    Args:
        procedures: The blocks of each, at least one.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> page = read_markdown("If it is cold:\\n\\n1. Heat it.\\n2. Wait.")
        >>> [(told["what"], told["target"]) for told in leave_out_procedures([page])]
        [('2 steps', 'If it is cold')]
    """
    rest = [block for blocks in procedures[_MOST_NAMED:] for block in blocks]
    named = [_leave_out_led_in(blocks) for blocks in procedures[:_MOST_NAMED]]
    return [*named, *([leave_out_steps(rest)] if rest else [])]


def _leave_out_led_in(blocks: Sequence[Block]) -> Block:
    steps = next((at for at, block in enumerate(blocks) if block["kind"] != "paragraph"), len(blocks))
    lead = " ".join(to_words(blocks[steps - 1]["spans"]).split()) if steps else ""
    return {**leave_out_steps(blocks), "target": lead.rstrip(":： ")}


class Room:
    """How much of a procedure still fits."""

    def __init__(self, steps: int, size: int, measure: Callable[[Block], int] = measure_characters) -> None:
        """Begin with all the room there is.

        Args:
            steps: Most steps.
            size: In what `measure` counts.
            measure: Of a block.
        """
        self.steps = steps
        self.size = size
        self.is_fresh = True
        self._measure = measure

    def take(self, block: Block, steps: int) -> bool:
        """Take the room of a block if it is there; what comes first always fits."""
        size = self._measure(block)
        if not self.is_fresh and (steps > self.steps or size > self.size):
            return False
        self.is_fresh = False
        self.steps -= steps
        self.size -= size
        return True


def fit_blocks(blocks: Sequence[Block], room: Room) -> list[Block]:
    """Return as many blocks as fit, and last the word that steps or more are left out if not all do.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> steps, left = fit_blocks(read_markdown("1. a\\n2. b\\n3. c"), Room(1, 99))
        >>> len(steps["children"]), left["what"]
        (1, '2 steps')
    """
    kept: list[Block] = []
    for at, block in enumerate(blocks):
        part, left = _fit(block, room)
        kept += [part] if part else []
        if left:
            return [*kept, leave_out_steps([*left, *blocks[at + 1 :]])]
    return kept


def _fit(block: Block, room: Room) -> tuple[Block | None, list[Block]]:
    """Return what fits of a block, and the parts that don't."""
    if block["kind"] == "table":
        parts: list[Block] = [{**block, "rows": [row]} for row in block["rows"]]
    elif block["kind"] == "list":
        parts = [{**block, "children": [item]} for item in block["children"]]
    elif block["kind"] in LABELLED and count_steps([block]):
        return _fit_inside(block, room)
    else:
        return (block, []) if room.take(block, count_steps([block])) else (None, [block])
    count = next((at for at, part in enumerate(parts) if not room.take(part, 1)), len(parts))
    if block["kind"] == "table":
        whole: Block = {**block, "rows": block["rows"][:count]}
    else:
        whole = {**block, "children": block["children"][:count]}
    return whole if count else None, parts[count:]


def _fit_inside(block: Block, room: Room) -> tuple[Block | None, list[Block]]:
    kept: list[Block] = []
    for at, child in enumerate(block["children"]):
        part, left = _fit(child, room)
        kept += [part] if part else []
        if left:
            whole: Block = {**block, "children": kept}
            return whole if kept else None, [*left, *block["children"][at + 1 :]]
    return block, []


def count_steps(blocks: Sequence[Block]) -> int:
    """Return how many steps blocks have, those within steps not counted, those already left out too."""
    count = 0
    for block in blocks:
        if block["kind"] == "omitted" and (told := _STEPS.fullmatch(block["what"])):
            count += int(told[1])
        elif block["kind"] == "list":
            count += len(block["children"])
        elif block["kind"] == "table":
            count += len(block["rows"])
        elif block["kind"] == "heading":
            count += bool(split_number(read_heading(block))[0])
        elif block["kind"] in LABELLED:
            count += count_steps(block["children"])
    return count
