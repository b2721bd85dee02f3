"""A procedure out of a parsed page: a pure function of its headings, lists and code blocks."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any, Final, Literal

from markdown_it.tree import SyntaxTreeNode

from processors.knowledge.markdown.front_matter import to_text
from processors.knowledge.markdown.parsing import Document, open_parser, read_heading
from processors.knowledge.markdown.plain_text import reduce_prose
from processors.knowledge.procedures import Command, Link, Passage, Procedure, Step
from processors.knowledge.procedures.commands import find_inline_commands, read_block

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
_NUMBER: Final = re.compile(r"^(?:step\s+|шаг\s+)?(\d+(?:\.\d+)*)[.):]?\s+(?=\S)", re.IGNORECASE)
_ANCHOR: Final = re.compile(r"""(?:\{#|\b(?:id|name)\s*=\s*["'])([^"'{}\s]+)""")
_LINK: Final = re.compile(r"\[[^\[\]]{0,2000}\]\(\s*<?([^\s()<>]{1,2000})")
_SCHEME: Final = re.compile(r"^[A-Za-z][A-Za-z\d+.-]*:|^//")
_UNWRITTEN: Final = ("todo", "tbd", "n/a")
_LISTS: Final = ("ordered_list", "bullet_list")
_CODE: Final = ("fence", "code_block")


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
    nodes = SyntaxTreeNode(open_parser().parse(document["body"])).children
    parts = _sort_nodes(nodes)
    meta = document["front_matter"]
    return Procedure(
        path=document["path"],
        title=document["title"],
        alerts=_find_alerts(document, nodes),
        symptoms=list(_read_passages(parts["symptoms"])),
        prechecks=_read_steps(parts["prechecks"]),
        steps=_read_steps(parts["steps"]),
        rollback=list(_read_passages(parts["rollback"])),
        owner=_read_field(meta, _OWNER_FIELDS),
        last_reviewed=(_read_field(meta, _REVIEW_FIELDS) or changed_at)[:10],
        commands=[command for node in nodes for command in _find_commands(node)],
        links=[link for node in nodes for link in _find_links(node)],
        anchors=list(dict.fromkeys(_find_anchors(document["body"], nodes))),
    )


def _sort_nodes(nodes: Iterable[SyntaxTreeNode]) -> dict[Role, list[SyntaxTreeNode]]:
    """Give each block to the role of its nearest heading that has one; a title has none."""
    parts: dict[Role, list[SyntaxTreeNode]] = {"symptoms": [], "prechecks": [], "steps": [], "rollback": []}
    above: list[tuple[int, Role | None]] = []
    for node in nodes:
        role = next((held for _, held in reversed(above) if held), None)
        if node.type == "heading":
            level = int(node.tag[1:])
            above = [entry for entry in above if entry[0] < level]
            inherited = next((held for _, held in reversed(above) if held), None)
            own = _find_role(_read_text(node)) if level > 1 else None
            above.append((level, own))
            if own in (None, inherited) and inherited:
                parts[inherited].append(node)
        elif role:
            parts[role].append(node)
    return parts


def _find_role(heading: str) -> Role | None:
    return next((role for role, pattern in _ROLES if pattern.search(heading)), None)


def _find_alerts(document: Document, nodes: list[SyntaxTreeNode]) -> list[str]:
    """The names in the front matter, else a title, first heading or file name that is one word LikeThis."""
    for field in _ALERT_FIELDS:
        value = document["front_matter"].get(field)
        if value:
            named = value if isinstance(value, list) else [value]
            return [name for name in map(to_text, named) if name]
    heading = next((_read_text(node) for node in nodes if node.type == "heading"), "")
    words = (document["title"], heading, PurePosixPath(document["path"]).stem)
    return list(dict.fromkeys(word for word in words if _ALERT_NAME.fullmatch(word)))[:1]


def _read_field(meta: dict[str, Any], names: Iterable[str]) -> str:
    return next((text for name in names if (text := to_text(meta.get(name)).strip())), "")


def _read_text(node: SyntaxTreeNode) -> str:
    """The text of a heading or paragraph, or of an item's first paragraph."""
    inline = next((child for child in node.walk() if child.type == "inline"), None)
    return " ".join(read_heading(inline.content).split()) if inline else ""


def _line(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 1


def _read_passages(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Passage]:
    for node in nodes:
        items = node.children if node.type in _LISTS else [node]
        for item in items:
            if text := item.content.strip() if item.type in _CODE else _read_text(item):
                yield Passage(text=text, line=_line(item))


def _read_steps(nodes: list[SyntaxTreeNode]) -> list[Step]:
    """Items of lists and numbered headings are steps; without either, paragraphs are, unnumbered."""
    steps: list[Step] = []
    heading: Step | None = None
    has_list = any(node.type in _LISTS for node in nodes)
    for node in nodes:
        held = heading["steps"] if heading else steps
        if node.type == "heading":
            heading = _read_heading_step(node)
            steps.append(heading)
        elif node.type in _LISTS:
            held += _read_items(node, f"{heading['number']}." if heading and heading["number"] else "")
        elif node.type in _CODE:
            owner = held[-1] if held else heading
            if owner is None:
                steps.append(
                    Step(number="", text="", line=_line(node), commands=_find_commands(node), steps=[])
                )
            else:
                owner["commands"] += _find_commands(node)
        elif not has_list and (text := _read_text(node)) and text.strip(" .").lower() not in _UNWRITTEN:
            held.append(Step(number="", text=text, line=_line(node), commands=_find_commands(node), steps=[]))
    # A sub-heading with nothing below it is no step, unless its number says so.
    return [
        step for step in steps if step["steps"] or step["commands"] or step["number"] or step is not heading
    ]


def _read_heading_step(node: SyntaxTreeNode) -> Step:
    text = _read_text(node)
    number = _NUMBER.match(text)
    named = text[number.end() :] if number else text
    return Step(number=number[1] if number else "", text=named, line=_line(node), commands=[], steps=[])


def _read_items(node: SyntaxTreeNode, prefix: str) -> list[Step]:
    first = int(node.attrs.get("start", 1))
    ordered = node.type == "ordered_list"
    steps = []
    for offset, item in enumerate(node.children):
        number = f"{prefix}{first + offset}" if ordered else ""
        inner = [child for child in item.children if child.type in _LISTS]
        others = [child for child in item.children if child.type not in _LISTS]
        steps.append(
            Step(
                number=number,
                text=_read_text(item),
                line=_line(item),
                commands=[command for child in others for command in _find_commands(child)],
                steps=[
                    step for child in inner for step in _read_items(child, f"{number}." if number else "")
                ],
            )
        )
    return steps


def _find_commands(node: SyntaxTreeNode) -> list[Command]:
    commands: list[Command] = []
    for part in node.walk():
        if part.type == "fence":
            commands += read_block(part.info, part.content, _line(part) + 1)
        elif part.type == "inline":
            commands += find_inline_commands(part.content, _line(part))
    return commands


def _find_links(node: SyntaxTreeNode) -> Iterator[Link]:
    for part in node.walk():
        if part.type == "inline":
            for found in _LINK.finditer(re.sub(r"`[^`]*`", lambda code: " " * len(code[0]), part.content)):
                if not _SCHEME.match(found[1]):
                    yield Link(target=found[1], line=_line(part) + part.content.count("\n", 0, found.start()))


def _find_anchors(body: str, nodes: Iterable[SyntaxTreeNode]) -> Iterator[str]:
    yield from _ANCHOR.findall(body)
    seen: dict[str, int] = {}
    for node in nodes:
        if node.type == "heading":
            slug = make_slug(_read_text(node))
            yield f"{slug}-{seen[slug]}" if slug in seen else slug
            seen[slug] = seen.get(slug, 0) + 1


def make_slug(heading: str) -> str:
    """Return the anchor that renderers give a heading.

    Example:
        >>> make_slug("Why it `happens`, and when?")
        'why-it-happens-and-when'
    """
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", reduce_prose(heading).strip().lower()))
