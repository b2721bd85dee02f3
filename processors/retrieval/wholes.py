"""A hit in a page grown to the whole that it is part of: its procedure, or its section."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.merging import merge_blocks
from processors.knowledge.blocks.rendering import render_markdown
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


def complete_hits(hits: Iterable[Hit], siblings: Iterable[Part], limit: int) -> list[Hit]:
    """Return the hits, each document's grown to its whole procedure or section, each of those once.

    A procedure that was cut into chunks is one procedure to the reader: steps 5 to 8 alone mislead. One that
    goes over several sections has their headings in it.

    Args:
        hits: Hits, best first; a whole stands at its best one.
        siblings: The chunks of the documents that the hits are from.
        limit: What has more characters than this stays as the hit that was found.

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
    wholes: dict[tuple[str, str], list[Part]] = {}
    for sibling in sorted(siblings, key=lambda hit: int(hit["cite"].get("start_line", 0))):
        wholes.setdefault(_name_whole(sibling), []).append(sibling)
    seen: set[str] = set()
    completed: list[Hit] = []
    for hit in hits:
        if hit["chunk_id"] in seen:
            continue
        parts = wholes.get(_name_whole(hit), [])
        # Of a procedure that is too long, the section is better than a piece of it.
        own = [part for part in parts if part["heading_path"] == hit["heading_path"]]
        fitting = [held for held in (parts, own) if _measure(held) <= limit and len(held) > 1]
        if fitting:
            seen |= {part["chunk_id"] for part in fitting[0]}
        completed.append(_join(hit, fitting[0]) if fitting else hit)
    return completed


def _measure(parts: Sequence[Part]) -> int:
    return sum(len(part["text"]) for part in parts)


def _name_whole(hit: Hit) -> tuple[str, str]:
    """Return what chunks of a whole have in common; a version of an earlier release has no procedures."""
    return hit["doc_id"], hit["procedure"] or hit["heading_path"]


def _join(hit: Hit, parts: Sequence[Part]) -> Hit:
    lines = {"start_line": parts[0]["cite"]["start_line"], "end_line": parts[-1]["cite"]["end_line"]}
    paths = [part["heading_path"].split(_PATH) for part in parts]
    shared = _share(paths)
    if all(part["blocks"] for part in parts):
        below = [path[len(shared) :] for path in paths]
        text = render_markdown(merge_blocks(_put_headings(parts, below, len(shared))))
    else:
        text = "\n".join(part["text"] for part in parts)
    return {**hit, "text": text, "heading_path": _PATH.join(shared), "cite": {**hit["cite"], **lines}}


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
