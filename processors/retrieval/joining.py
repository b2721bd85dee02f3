"""Chunks of one procedure or section put together again, as the page has them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.merging import merge_blocks
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.sections import PATH, cut_sections, make_heading
from processors.knowledge.steps.finding import find_steps
from processors.knowledge.steps.fitting import leave_out_procedures, leave_out_steps
from processors.knowledge.steps.warning import is_warning
from processors.retrieval.hybrid import Hit


class Part(Hit):
    """A chunk with what it takes to put it together with others."""

    blocks: list[Block]


class Whole(NamedTuple):
    """Parts of one whole in the order of the page, and what they are together.

    `tree` is empty for those of a version of an earlier release, `path` are the headings above all of it.
    `is_procedure` tells whether it is one, and not what a section has beside one.
    """

    parts: Sequence[Part]
    tree: list[Block]
    path: list[str]
    is_procedure: bool


def join_whole(parts: Sequence[Part]) -> Whole:
    """Put all parts of a whole together.

    Args:
        parts: At least one, in the order of the page.
    """
    if not all(part["blocks"] for part in parts):
        return Whole(parts, [], [parts[0]["heading_path"]], is_procedure=False)
    tree, path = _merge(parts)
    sections = cut_sections(tree)
    steps = find_steps([{**one, "heading_path": [*path, *one["heading_path"]]} for one in sections])
    return Whole(parts, tree, path, is_procedure=bool(steps))


def _merge(parts: Sequence[Part]) -> tuple[list[Block], list[str]]:
    """Return the tree of parts, with the headings that not all have, and the headings above all of them."""
    paths = [part["heading_path"].split(PATH) for part in parts]
    shared = _share(paths)
    below = [path[len(shared) :] for path in paths]
    return merge_blocks(_put_headings(parts, below, len(shared))), shared


def join_parts(hit: Hit, parts: Sequence[Part]) -> Hit:
    """Return a hit with the text of all parts; those of a version of an earlier release have no trees.

    Args:
        hit: One of them.
        parts: In the order of the page.
    """
    tree, shared = _merge(parts) if all(part["blocks"] for part in parts) else ([], [hit["heading_path"]])
    text = render_markdown(tree) if tree else "\n".join(part["text"] for part in parts)
    return {**hit, "text": text, "heading_path": PATH.join(shared), "cite": _cite(parts)}


def _cite(parts: Sequence[Part]) -> dict[str, Any]:
    lines = {"start_line": parts[0]["cite"]["start_line"], "end_line": parts[-1]["cite"]["end_line"]}
    return {**parts[0]["cite"], **lines}


def join_procedure(
    hit: Hit, whole: Whole, chosen: Sequence[Part], above: Sequence[Part], beside: Sequence[Whole] = ()
) -> Hit:
    """Return a hit as its procedure: behind what is warned of above it, with the word on what is left out.

    Args:
        hit: One of the parts.
        whole: The procedure.
        chosen: Those of its parts that are shown, neighbours.
        above: Chunks under headings above it.
        beside: Other procedures under its heading, which are named.
    """
    parts = whole.parts
    tree, shared = (whole.tree, whole.path) if len(chosen) == len(parts) else _merge(chosen)
    begin = parts.index(chosen[0])
    before, after = parts[:begin], parts[begin + len(chosen) :]
    warned = [block for part in above for block in part["blocks"] if is_warning(block) and block not in tree]
    text = render_markdown(
        [
            *warned,
            *([leave_out_steps(_merge(before)[0])] if before else []),
            *tree,
            *([leave_out_steps(_merge(after)[0])] if after else []),
            *leave_out_procedures([other.tree for other in beside]),
        ]
    )
    cite = _cite(chosen)
    first = min([cite["start_line"], *(block["first"] for block in warned)])
    return {**hit, "text": text, "heading_path": PATH.join(shared), "cite": {**cite, "start_line": first}}


def _share(paths: Sequence[Sequence[str]]) -> list[str]:
    shared = []
    for names in zip(*paths, strict=False):
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return shared


def _put_headings(parts: Sequence[Part], below: Sequence[Sequence[str]], depth: int) -> list[list[Block]]:
    """Return the blocks of each part, with the headings above it that not all have, where they change."""
    told: Sequence[str] = []
    trees = []
    for part, path in zip(parts, below, strict=True):
        same = len(_share([told, path]))
        line = part["blocks"][0]["first"]
        headings = [make_heading(name, depth + at + 1, line) for at, name in enumerate(path) if at >= same]
        trees.append([*headings, *part["blocks"]])
        told = path
    return trees
