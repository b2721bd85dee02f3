"""A hit in a page grown to the whole that it is part of: its procedure, or its section."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from processors.knowledge.blocks.sections import PATH
from processors.knowledge.steps.headings import is_about_steps
from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.hybrid import HIT_FIELDS, Hit, parse_hits
from processors.retrieval.joining import Part, Whole, join_parts, join_procedure, join_whole

_SIBLINGS: Final = 500
_Name = tuple[str, str]


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
    Of one that is too long as much as fits comes, and the word on how much is left out. Other procedures
    under its heading are named behind it by what leads them in.

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
    found: dict[_Name, list[Part]] = {}
    for sibling in ordered:
        found.setdefault(_name_whole(sibling), []).append(sibling)
    # Hits of one whole, and of those beside it, ask for the same.
    join = lru_cache(maxsize=None)(lambda name: join_whole(found[name]))
    seen: set[str] = set()
    completed: list[Hit] = []
    for hit in hits:
        if hit["chunk_id"] in seen:
            continue
        name = _name_whole(hit)
        if all(part["chunk_id"] != hit["chunk_id"] for part in found.get(name, [])):
            completed.append(hit)
            continue
        whole = join(name)
        most = max(limit, procedure_limit) if whole.is_procedure else limit
        chosen = _choose_parts(hit, whole.parts, most, is_procedure=whole.is_procedure)
        seen |= {part["chunk_id"] for part in chosen}
        if whole.is_procedure:
            above = [part for part in ordered if _stands_above(part, hit)]
            beside = [
                other
                for other in map(join, _list_beside(name, found))
                if other.is_procedure and other.path == whole.path and _is_numbered(other)
            ]
            completed.append(join_procedure(hit, whole, chosen, above, beside))
        else:
            completed.append(join_parts(hit, chosen) if len(chosen) > 1 else hit)
    return completed


def add_steps(hits: Sequence[Hit], siblings: Sequence[Part]) -> list[Hit]:
    """Return the hits and, behind the best document, a chunk of its page's steps if none of them is a hit.

    People describe what they see, so what is found is often a symptom.

    Args:
        hits: Best first, not grown yet.
        siblings: The chunks of the documents that the hits are from.

    Example:
        >>> symptom = {"doc_id": "d", "kind": "runbook", "chunk_id": "a", "heading_path": "Red > Symptoms"}
        >>> symptom |= {"cite": {"start_line": 3}, "score": 0.9}
        >>> steps = {**symptom, "chunk_id": "b", "heading_path": "Red > Steps", "blocks": []}
        >>> [hit["chunk_id"] for hit in add_steps([symptom], [steps])]
        ['a', 'b']
    """
    best = next((at for at, hit in enumerate(hits) if hit["kind"] not in DYNAMIC_KINDS), None)
    if best is None:
        return list(hits)
    of_page = [hit for hit in hits if hit["doc_id"] == hits[best]["doc_id"]]
    if any(_is_about_steps(hit) for hit in of_page):
        return list(hits)
    steps = [part for part in siblings if part["doc_id"] == hits[best]["doc_id"] and _is_about_steps(part)]
    first = sorted(steps, key=lambda part: int(part["cite"].get("start_line", 0)))[:1]
    added = [_make_hit(part, hits[best]["score"]) for part in first]
    return [*hits[: best + 1], *added, *hits[best + 1 :]]


def _make_hit(part: Part, score: float) -> Hit:
    fields = {name: value for name, value in part.items() if name != "blocks"}
    return Hit(**{**fields, "score": score})  # type: ignore[typeddict-item]


def _is_about_steps(hit: Hit) -> bool:
    return any(map(is_about_steps, hit["heading_path"].split(PATH)[1:]))


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


def _list_beside(name: _Name, found: Mapping[_Name, Sequence[Part]]) -> list[_Name]:
    """Return the names of the other wholes under the heading of one."""
    heading = found[name][0]["heading_path"]
    return [
        other
        for other, parts in found.items()
        if other != name and other[0] == name[0] and parts[0]["heading_path"] == heading
    ]


def _is_numbered(whole: Whole) -> bool:
    return any(block["kind"] == "list" and block["ordered"] for block in whole.tree)


def _measure(parts: Sequence[Part]) -> int:
    return sum(len(part["text"]) for part in parts)


def _name_whole(hit: Hit) -> _Name:
    """Return what chunks of a whole have in common; a version of an earlier release has no procedures."""
    return hit["doc_id"], hit["procedure"] or hit["heading_path"]


def _stands_above(part: Part, hit: Hit) -> bool:
    return part["doc_id"] == hit["doc_id"] and hit["heading_path"].startswith(part["heading_path"] + PATH)
