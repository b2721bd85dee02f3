"""What of a procedure is shown: the tabs that are asked for, as many steps as fit, no long way up to them."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Final

from processors.knowledge.blocks import LABELLED, Block
from processors.knowledge.blocks.plain import render_plain
from processors.knowledge.blocks.sections import read_heading
from processors.knowledge.steps.headings import split_number
from serving.model_server.extractive.lexical import split_words

MAX_STEPS: Final = 60
MAX_CHARACTERS: Final = 16_000
"""Bounds of a procedure: it is read on a screen, and whole if that can be. What is left out is told."""

_LONG_LEAD: Final = 500
_DIAGRAMS: Final = frozenset(["mermaid", "plantuml", "puml", "dot", "graphviz", "d2", "blockdiag"])


def choose_tabs(blocks: Sequence[Block], asked: Collection[str]) -> list[Block]:
    """Return blocks with only those tabs of several that are asked for, or with all if none is.

    Args:
        blocks: Of a procedure.
        asked: Words of the question.

    Example:
        >>> tabs = [{"kind": "tab", "label": label, "children": [], "first": 1, "last": 1}
        ...         for label in ("Linux", "Windows 11")]
        >>> [[tab["label"] for tab in choose_tabs(tabs, words)] for words in (["window"], [])]
        [['Windows 11'], ['Linux', 'Windows 11']]
    """
    chosen: list[Block] = []
    for is_tab, run in groupby(blocks, lambda block: block["kind"] == "tab"):
        held = list(run)
        if is_tab:
            named = [len(set(split_words(tab["label"])).intersection(asked)) for tab in held]
            held = [tab for tab, count in zip(held, named, strict=True) if count == max(named)]
        chosen += [
            {**block, "children": choose_tabs(block["children"], asked)} if "children" in block else block
            for block in held
        ]
    return chosen


def drop_lead(blocks: Sequence[Block]) -> list[Block]:
    """Return a procedure without a long introduction; the paragraph that leads it in stays."""
    lead = next((at for at, block in enumerate(blocks) if block["kind"] != "paragraph"), len(blocks))
    is_long = sum(len(render_plain([block])) for block in blocks[:lead]) > _LONG_LEAD
    return list(blocks[lead - 1 :]) if is_long and lead < len(blocks) else list(blocks)


def replace_diagrams(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks in which a diagram, which an answer can't draw, is told instead."""
    told: list[Block] = []
    for block in blocks:
        if block["kind"] == "code" and block["language"].lower() in _DIAGRAMS:
            told.append(_leave_out("diagram", block))
        elif "children" in block:
            told.append({**block, "children": replace_diagrams(block["children"])})
        else:
            told.append(block)
    return told


def _leave_out(what: str, block: Block) -> Block:
    return Block(kind="omitted", what=what, target="", first=block["first"], last=block["last"])


class Room:
    """How much of a procedure still fits."""

    def __init__(self, steps: int = MAX_STEPS, characters: int = MAX_CHARACTERS) -> None:
        """Begin with all the room there is."""
        self.steps = steps
        self.characters = characters
        self.is_fresh = True

    def take(self, block: Block, steps: int) -> bool:
        """Take the room of a block if it is there; what comes first always fits."""
        size = len(render_plain([block]))
        if not self.is_fresh and (steps > self.steps or size > self.characters):
            return False
        self.is_fresh = False
        self.steps -= steps
        self.characters -= size
        return True


def fit_blocks(blocks: Sequence[Block], room: Room) -> list[Block]:
    """Return as many blocks as fit, and last the word that steps or more are left out if not all do.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> steps, left = fit_blocks(read_markdown("1. a\\n2. b\\n3. c"), Room(1))
        >>> len(steps["children"]), left["what"]
        (1, '2 steps')
    """
    kept: list[Block] = []
    for at, block in enumerate(blocks):
        part, left = _fit(block, room)
        kept += [part] if part else []
        if left:
            steps = count_steps([*left, *blocks[at + 1 :]])
            return [*kept, _leave_out(f"{steps} steps" if steps else "", left[0])]
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
    """Return how many steps blocks have, those within steps not counted."""
    count = 0
    for block in blocks:
        if block["kind"] == "list":
            count += len(block["children"])
        elif block["kind"] == "table":
            count += len(block["rows"])
        elif block["kind"] == "heading":
            count += bool(split_number(read_heading(block))[0])
        elif block["kind"] in LABELLED:
            count += count_steps(block["children"])
    return count
