"""What of a procedure is shown: the tabs that are asked for, as many steps as fit, no long way up to them."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Final

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.plain import render_plain
from processors.knowledge.steps.fitting import leave_out
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
            told.append(leave_out("diagram", block))
        elif "children" in block:
            told.append({**block, "children": replace_diagrams(block["children"])})
        else:
            told.append(block)
    return told
