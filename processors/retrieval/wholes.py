"""A hit in a page grown to the whole that it is part of: its procedure, or its section."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.merging import merge_blocks
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.sections import cut_sections
from processors.knowledge.steps.finding import find_steps
from processors.knowledge.steps.fitting import leave_out_steps
from processors.knowledge.steps.warning import is_warning
from processors.retrieval.hybrid import HIT_FIELDS, Hit, parse_hits

_SIBLINGS: Final = 500
_PATH: Final = " > "


class Part(Hit):
    """A chunk with what it takes to put it together with others."""

    blocks: list[Block]


def build_siblings_query(hits: Iterable[Hit], groups: Sequence[str]) -> dict[str, Any]:
    """Return the body of the search for all chunks of the documents among some hits."""
    documents = sorted({hit["doc_id"] for hit in hits})
    of_documents = [{"terms": {"doc_id": documents}}, {"terms": {"acl": sorted(groups)}}]
    fields = [*HIT_FIELDS, "blocks"]
    return {"size": _SIBLINGS, "_source": fields, "query": {"bool": {"filter": of_documents}}}


def parse_parts(response: dict[str, Any]) -> list[Part]:
    """Return the chunks of a search for siblings."""
    found = response["hits"]["hits"]
    return [
        Part(**hit, blocks=each["_source"].get("blocks", []))
        for hit, each in zip(parse_hits(response), found, strict=True)
    ]


def complete_hits(
    hits: Iterable[Hit], siblings: Iterable[Part], limit: int, procedure_limit: int = 0
) -> list[Hit]:
    """Return the hits, each document's grown to its whole procedure or section, each of those once.

    A procedure that was cut into chunks is one procedure to the reader: steps 5 to 8 alone mislead. One that
    goes over several sections has their headings in it, and what the page warns of above it stands before it.
    Of one that is too long as much as fits comes, and the word on how much is left out.

    Args:
        hits: Hits, best first; a whole stands at its best one.
        siblings: The chunks of the documents that the hits are from.
        limit: A section with more characters than this stays as the hit that was found.
        procedure_limit: Most characters of a procedure, if those are more.

    Example:
        >>> cite = {"start_line": 1, "end_line": 2}
        >>> first = {"chunk_id": "a", "doc_id": "d", "heading_path": "h", "procedure": "p", "cite": cite}
        >>> first["text"] = "1. a"
        >>> second = {**first, "chunk_id": "b", "text": "2. b", "cite": {"start_line": 3, "end_line": 4}}
        >>> parts = [{**second, "blocks": []}, {**first, "blocks": []}]
        >>> (whole,) = complete_hits([second], parts, limit=99)
        >>> whole["text"].splitlines(), whole["cite"]["end_line"]
        (['1. a', '2. b'], 4)
    """
    ordered = sorted(siblings, key=lambda hit: int(hit["cite"].get("start_line", 0)))
    wholes: dict[tuple[str, str], list[Part]] = {}
    for sibling in ordered:
        wholes.setdefault(_name_whole(sibling), []).append(sibling)
    seen: set[str] = set()
    completed: list[Hit] = []
    for hit in hits:
        if hit["chunk_id"] in seen:
            continue
        parts = wholes.get(_name_whole(hit), [])
        if all(part["chunk_id"] != hit["chunk_id"] for part in parts):
            completed.append(hit)
            continue
        is_procedure = all(part["blocks"] for part in parts) and tells_steps(parts)
        most = max(limit, procedure_limit) if is_procedure else limit
        chosen = _choose_parts(hit, parts, most, is_procedure=is_procedure)
        seen |= {part["chunk_id"] for part in chosen}
        if is_procedure:
            above = [part for part in ordered if _stands_above(part, hit)]
            completed.append(_join_procedure(hit, parts, chosen, above))
        else:
            completed.append(_join(hit, chosen) if len(chosen) > 1 else hit)
    return completed


def _choose_parts(hit: Hit, parts: Sequence[Part], limit: int, *, is_procedure: bool) -> Sequence[Part]:
    """Return all parts of a whole if they fit, or those of the section, or as many around the hit as do."""
    # Of a procedure that is too long, the section is better than a piece of it.
    own = [part for part in parts if part["heading_path"] == hit["heading_path"]]
    for held in (parts, own):
        if _measure(held) <= limit:
            return held
    at = next((at for at, part in enumerate(parts) if part["chunk_id"] == hit["chunk_id"]), 0)
    begin, end = at, at + 1
    while is_procedure and begin and _measure(parts[begin - 1 : end]) <= limit:
        begin -= 1
    while is_procedure and end < len(parts) and _measure(parts[begin : end + 1]) <= limit:
        end += 1
    return parts[begin:end]


def _measure(parts: Sequence[Part]) -> int:
    return sum(len(part["text"]) for part in parts)


def _name_whole(hit: Hit) -> tuple[str, str]:
    """Return what chunks of a whole have in common; a version of an earlier release has no procedures."""
    return hit["doc_id"], hit["procedure"] or hit["heading_path"]


def _stands_above(part: Part, hit: Hit) -> bool:
    return part["doc_id"] == hit["doc_id"] and hit["heading_path"].startswith(part["heading_path"] + _PATH)


def tells_steps(parts: Sequence[Part]) -> bool:
    """Tell whether parts of a whole are a procedure, and not what a section has beside one."""
    if not parts:
        return False
    tree, shared = _merge(parts)
    sections = cut_sections(tree)
    return bool(find_steps([{**one, "heading_path": [*shared, *one["heading_path"]]} for one in sections]))


def _merge(parts: Sequence[Part]) -> tuple[list[Block], list[str]]:
    """Return the tree of parts, with the headings that not all have, and the headings above all of them."""
    paths = [part["heading_path"].split(_PATH) for part in parts]
    shared = _share(paths)
    below = [path[len(shared) :] for path in paths]
    return merge_blocks(_put_headings(parts, below, len(shared))), shared


def _join(hit: Hit, parts: Sequence[Part]) -> Hit:
    tree, shared = _merge(parts) if all(part["blocks"] for part in parts) else ([], [hit["heading_path"]])
    text = render_markdown(tree) if tree else "\n".join(part["text"] for part in parts)
    return {**hit, "text": text, "heading_path": _PATH.join(shared), "cite": _cite(parts)}


def _cite(parts: Sequence[Part]) -> dict[str, Any]:
    lines = {"start_line": parts[0]["cite"]["start_line"], "end_line": parts[-1]["cite"]["end_line"]}
    return {**parts[0]["cite"], **lines}


def _join_procedure(hit: Hit, parts: Sequence[Part], chosen: Sequence[Part], above: Sequence[Part]) -> Hit:
    """Return a hit as its procedure: behind what is warned of above it, with the word on what is left out."""
    tree, shared = _merge(chosen)
    begin = parts.index(chosen[0])
    before, after = parts[:begin], parts[begin + len(chosen) :]
    warned = [block for part in above for block in part["blocks"] if is_warning(block) and block not in tree]
    text = render_markdown(
        [
            *warned,
            *([leave_out_steps(_merge(before)[0])] if before else []),
            *tree,
            *([leave_out_steps(_merge(after)[0])] if after else []),
        ]
    )
    cite = _cite(chosen)
    first = min([cite["start_line"], *(block["first"] for block in warned)])
    return {**hit, "text": text, "heading_path": _PATH.join(shared), "cite": {**cite, "start_line": first}}


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
        headings = [
            Block(
                kind="heading",
                level=min(depth + at + 1, 6),
                spans=[{"kind": "text", "text": name}],
                first=line,
                last=line,
            )
            for at, name in enumerate(path)
            if at >= same
        ]
        trees.append([*headings, *part["blocks"]])
        told = path
    return trees
