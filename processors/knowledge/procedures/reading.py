"""A procedure out of a parsed page: a pure function of its tree."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, Final, Literal

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.sections import read_heading
from processors.knowledge.blocks.walking import list_spans, walk
from processors.knowledge.markdown.front_matter import to_text
from processors.knowledge.markdown.parsing import Document
from processors.knowledge.procedures import Link, Passage, Procedure
from processors.knowledge.procedures.stepping import find_commands, read_steps, read_text
from processors.knowledge.steps.finding import Steps

Role = Literal["symptoms", "prechecks", "steps", "rollback"]

# The first that matches a heading counts: "Roll back the fix" is no step of the fix.
_ROLES: Final[tuple[tuple[Role, re.Pattern[str]], ...]] = (
    ("rollback", re.compile(r"roll(?:ing)?[ -]?back|\brevert|\bundo\b|back ?out|откат", re.IGNORECASE)),
    ("symptoms", re.compile(r"symptom|\bmeaning|\bimpact|what you see|симптом|признак", re.IGNORECASE)),
    (
        "prechecks",
        re.compile(
            r"check|diagnos|investigat|triage|verif|prerequisite|before you begin|провер|диагност",
            re.IGNORECASE,
        ),
    ),
    (
        "steps",
        re.compile(
            r"\bsteps?\b|mitigat|remed|resol|recover|\bfix|\bactions?\b|what to do|procedure"
            r"|restor|instruction|\bшаг|действия|решение|устранение|что делать",
            re.IGNORECASE,
        ),
    ),
)
_ALERT_NAME: Final = re.compile(
    r"[A-Za-z][a-z0-9]*(?:[A-Z]+[a-z0-9]+)+[A-Z]*|[A-Z]+[a-z0-9]+(?:[A-Z]+[a-z0-9]*)+"
)
_ALERT_FIELDS: Final = ("alert", "alerts", "alertname", "alert_names")
_OWNER_FIELDS: Final = ("owner", "owners", "team", "maintainer", "maintainers")
_REVIEW_FIELDS: Final = ("last_reviewed", "last_review", "reviewed", "last-reviewed")
_SCHEME: Final = re.compile(r"^[A-Za-z][A-Za-z\d+.-]*:|^//")


def read_procedure(document: Document, changed_at: str = "") -> Procedure:
    """Read the procedure that a page describes; what the page doesn't say is empty.

    Args:
        document: The parsed page.
        changed_at: When it last changed, ISO 8601; counts as reviewed if the page says nothing of a review.

    Example:
        >>> from processors.knowledge.markdown.parsing import parse_document
        >>> page = "# Red\\n\\n## Steps\\n\\n1. Look.\\n\\n   ```sh\\n   curl -s localhost\\n   ```\\n"
        >>> procedure = read_procedure(parse_document("red.md", page))
        >>> [(step["number"], step["text"], step["commands"][0]["target"]) for step in procedure["steps"]]
        [('1', 'Look.', 'curl')]
    """
    blocks = document["blocks"]
    parts = _sort_blocks(blocks)
    meta = document["front_matter"]
    return Procedure(
        path=document["path"],
        title=document["title"],
        alerts=_find_alerts(document),
        symptoms=list(_read_passages(parts["symptoms"])),
        prechecks=read_steps(parts["prechecks"]),
        steps=read_steps(parts["steps"] or _find_unnamed(document)),
        rollback=list(_read_passages(parts["rollback"])),
        owner=_read_field(meta, _OWNER_FIELDS),
        last_reviewed=(_read_field(meta, _REVIEW_FIELDS) or changed_at)[:10],
        commands=list(find_commands(blocks)),
        links=list(_find_links(blocks)),
        anchors=list(dict.fromkeys(_find_anchors(document))),
    )


def announces_steps(document: Document) -> bool:
    """Tell whether a heading of a page says that steps stand below it."""
    return bool(_sort_blocks(document["blocks"])["steps"])


def _sort_blocks(blocks: Iterable[Block]) -> dict[Role, list[Block]]:
    """Give each block to the role of its nearest heading that has one; a title has none."""
    parts: dict[Role, list[Block]] = {"symptoms": [], "prechecks": [], "steps": [], "rollback": []}
    above: list[tuple[int, Role | None]] = []
    for block in blocks:
        role = next((held for _, held in reversed(above) if held), None)
        if block["kind"] == "heading":
            level = block["level"]
            above = [entry for entry in above if entry[0] < level]
            inherited = next((held for _, held in reversed(above) if held), None)
            own = _find_role(read_heading(block)) if level > 1 else None
            above.append((level, own))
            if own in (None, inherited) and inherited:
                parts[inherited].append(block)
        elif role:
            parts[role].append(block)
    return parts


def _find_role(heading: str) -> Role | None:
    return next((role for role, pattern in _ROLES if pattern.search(heading)), None)


def _find_unnamed(document: Document) -> list[Block]:
    """Return the blocks of the steps of a page that no heading announces as such, with their headings."""
    found = [steps for steps in document["steps"] if not _tells_role(steps.heading_path)]
    prose = [
        Steps(section["heading_path"][:1], section["start_line"], section["end_line"])
        for section in document["sections"]
        if any(block["kind"] == "code" for block in section["blocks"])
        and not _tells_role(section["heading_path"])
    ]
    return [block for steps in found or prose for block in _take_blocks(document["blocks"], steps)]


def _tells_role(heading_path: Sequence[str]) -> bool:
    return any(map(_find_role, heading_path[1:]))


def _take_blocks(blocks: Sequence[Block], steps: Steps) -> list[Block]:
    """Return the blocks of steps, with the headings right above them that don't stand above all."""
    inside = [at for at, block in enumerate(blocks) if steps.first <= block["first"] <= steps.last]
    begin = inside[0]
    while (
        begin
        and blocks[begin - 1]["kind"] == "heading"
        and read_heading(blocks[begin - 1]) not in steps.heading_path
    ):
        begin -= 1
    return list(blocks[begin : inside[-1] + 1])


def _find_alerts(document: Document) -> list[str]:
    """The names in the front matter, else a title, first heading or file name that is one word LikeThis."""
    for field in _ALERT_FIELDS:
        value = document["front_matter"].get(field)
        if value:
            named = value if isinstance(value, list) else [value]
            return [name for name in map(to_text, named) if name]
    headings = (read_heading(block) for block in document["blocks"] if block["kind"] == "heading")
    words = (document["title"], next(headings, ""), PurePosixPath(document["path"]).stem)
    return list(dict.fromkeys(word for word in words if _ALERT_NAME.fullmatch(word)))[:1]


def _read_field(meta: dict[str, Any], names: Iterable[str]) -> str:
    return next((text for name in names if (text := to_text(meta.get(name)).strip())), "")


def _read_passages(blocks: Iterable[Block]) -> Iterator[Passage]:
    for block in blocks:
        for item in block["children"] if block["kind"] == "list" else [block]:
            if text := item["text"].strip() if item["kind"] == "code" else read_text(item):
                yield Passage(text=text, line=item["first"])


def _find_links(blocks: Iterable[Block]) -> Iterator[Link]:
    for block in walk(blocks):
        seen = ""
        for span in list_spans(block):
            url = span.get("url", "")
            # Words and code of one link are neighbours.
            if url and url != seen and span["kind"] != "image" and not _SCHEME.match(url):
                yield Link(target=url, line=block["first"])
            seen = url


def _find_anchors(document: Document) -> Iterator[str]:
    yield from document["anchors"]
    seen: dict[str, int] = {}
    for block in document["blocks"]:
        if block["kind"] == "heading":
            slug = make_slug(read_heading(block))
            yield f"{slug}-{seen[slug]}" if slug in seen else slug
            seen[slug] = seen.get(slug, 0) + 1


def make_slug(heading: str) -> str:
    """Return the anchor that renderers give a heading.

    Example:
        >>> make_slug("Why it happens, and when?")
        'why-it-happens-and-when'
    """
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.strip().lower()))
