"""Containers between colons, as Docusaurus, VuePress, Microsoft's and MyST's pages write them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from processors.knowledge.blocks.escaping import escape_words
from processors.knowledge.markdown.dialects.meanings import read_meaning
from processors.knowledge.markdown.dialects.source import Edit, Source
from processors.knowledge.markdown.dialects.tags import read_arguments
from processors.knowledge.markdown.markers import Mark, write_mark

_OPENING: Final = re.compile(
    r"^(?P<before>(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*)(?P<colons>:{3,})[ \t]*"
    r"(?:\{?(?P<name>[A-Za-z][\w-]*)\}?(?P<rest>.*)|\{(?P<attributes>[^{}]*)\}[ \t]*)$"
)
_CLOSING: Final = re.compile(r"^(?P<before>[ \t>]*)(?P<colons>:{3,})[ \t]*$")
_NAMED_END: Final = re.compile(r"^(?P<before>[ \t>]*):{3,}[ \t]*(?P<name>[\w-]+?)-end[ \t]*:*[ \t]*$")
_ALONE: Final = re.compile(
    r"^(?P<before>[ \t>]*):{3}(?P<name>image|video|code|row|column)\b(?P<rest>.*?):{3}\s*$"
)
_ROW_END: Final = re.compile(r"^[ \t>]*:{3}(?:row|column)-end:{3}[ \t]*$")
_TITLE: Final = re.compile(r"^[ \t]*\[(?P<words>(?:[^\[\]]|\[[^\]]*\])*)\](?P<more>.*)$")
_ATTRIBUTES: Final = re.compile(r"\{([^{}]*)\}[ \t]*$")
_SECTION: Final = re.compile(r"^[ \t]*(?:@tab(?::active)?|==)[ \t]+(?P<label>\S.*)$")
_HEADING: Final = re.compile(r"^ {0,3}#{1,6}[ \t]")
_CONDITIONS: Final = ("zone", "moniker")


def expand_colons(path: str, source: Source) -> tuple[Source, list[str]]:
    """Rewrite containers between colons to marks, in place, and report those that are never closed.

    Args:
        path: Of the page, for reports.
        source: The page.
    """
    if ":::" not in source.text:
        return source, []
    lines, edits, warnings = source.lines, dict[int, str](), list[str]()
    opened: list[tuple[int, re.Match[str]]] = []
    for number, line in enumerate(lines):
        if source.code[number] or ":::" not in line:
            continue
        if (found := _ALONE.match(line)) or _ROW_END.match(line):
            edits[number] = _show_alone(found) if found else ""
        elif found := _NAMED_END.match(line):
            _close(lines, opened, number, edits, name=found["name"])
        elif found := _CLOSING.match(line):
            _close(lines, opened, number, edits, colons=len(found["colons"]))
        elif found := _OPENING.match(line):
            opened.append((number, found))
    for number, found in opened:
        warnings.append(f"{path}:{number + 1}: ::: {found['name'] or ''} is never closed")
        edits[number] = _write(found, 0)
    begins = source.starts
    return (
        source.edit(
            Edit(begins[number], begins[number] + len(lines[number]), new) for number, new in edits.items()
        ),
        warnings,
    )


def _close(
    lines: list[str],
    opened: list[tuple[int, re.Match[str]]],
    number: int,
    edits: dict[int, str],
    *,
    name: str = "",
    colons: int = 0,
) -> None:
    """End the innermost container that such a line ends."""
    for at in range(len(opened) - 1, -1, -1):
        begin, found = opened[at]
        if found["name"] == name if name else len(found["colons"]) == colons:
            break
    else:
        if opened and colons:
            at = len(opened) - 1
            begin, found = opened[at]
        else:
            edits[number] = ""
            return
    for lost, inner in opened[at + 1 :]:
        edits[lost] = _write(inner, number - lost - 1)
    del opened[at:]
    # Headings cut a page, so a condition that holds some is no block of its own.
    is_flat = (found["name"] or "").lower() in _CONDITIONS and any(map(_HEADING.match, lines[begin:number]))
    edits[begin] = _write(found, 0 if is_flat else number - begin - 1)
    edits[number] = (
        _end_flat(found)
        if is_flat
        else lines[number][: len(lines[number]) - len(lines[number].lstrip(" \t>"))].rstrip()
    )
    if (found["name"] or "").lower() in ("tabs", "tab-set", "code-group"):
        _split(lines, begin + 1, number, edits, in_code=found["name"] == "code-group")


def _end_flat(found: re.Match[str]) -> str:
    return write_mark(Mark(kind="tab", raw=found[0], label=f"end of {found['name']}"))


def _write(found: re.Match[str], count: int) -> str:
    name, rest = found["name"] or "", found["rest"] or ""
    raw = found[0][len(found["before"]) :]
    given = found["attributes"] or ""
    if attributes := _ATTRIBUTES.search(rest):
        given, rest = attributes[1], rest[: attributes.start()]
    words = _TITLE.match(rest)
    title = words["words"] if words else rest.strip().strip(":")
    arguments = read_arguments(given)
    if not name:
        name = next((part[1:] for part in given.split() if part.startswith(".")), "")
        name = name.removeprefix("callout-")
    if name.lower() in _CONDITIONS:
        label = escape_words(f"{name} {title}".strip())
        return found["before"] + write_mark(Mark(kind="tab", raw=raw, label=label, lines=count))
    if "=" in title and not words:
        arguments |= read_arguments(title)
        title = ""
    meaning = read_meaning(name, arguments | ({"title": title.strip("\"' ")} if title else {}))
    return found["before"] + write_meaning(meaning.kind, meaning.name, meaning.label, count, raw)


def write_meaning(kind: str, name: str, label: str, count: int, raw: str) -> str:
    """Return the mark of a container, or nothing for one that only holds others.

    Args:
        kind: Of the container.
        name: Its label or language.
        label: The words to show.
        count: How many lines below are within.
        raw: What was written.
    """
    if kind in ("tab", "details", "quote", "steps", "step", "code"):
        return write_mark(Mark(kind=kind, raw=raw, name=name, label=label, lines=count))  # type: ignore[typeddict-item]
    return label if kind == "group" else ""


def _show_alone(found: re.Match[str]) -> str:
    arguments = read_arguments(found["rest"])
    target = arguments.get("source", "")
    if found["name"] == "image":
        return f"{found['before']}![{arguments.get('alt-text', '')}](<{target}>)"
    if found["name"] in ("video", "code") and target:
        raw = found[0][len(found["before"]) :]
        return found["before"] + write_mark(
            Mark(
                kind="omitted", raw=raw, name="include" if found["name"] == "code" else "video", label=target
            )
        )
    return ""


def _split(lines: list[str], begin: int, end: int, edits: dict[int, str], *, in_code: bool) -> None:
    """Give the parts of a group of tabs their labels."""
    found = _find_code_tabs(lines, begin, end) if in_code else _find_sections(lines, begin, end)
    # Those of a group within are its own.
    at = [(number, label) for number, label in found if number not in edits]
    for (number, label), (stop, _) in pairwise([*at, (end, "")]):
        line = lines[number]
        mark = Mark(kind="tab", raw="" if in_code else line, label=label, lines=stop - number - 1)
        before = line[: len(line) - len(line.lstrip())]
        edits[number] = before + write_mark(mark) + (line.lstrip() if in_code else "")


def _find_sections(lines: list[str], begin: int, end: int) -> Iterator[tuple[int, str]]:
    for number in range(begin, end):
        if found := _SECTION.match(lines[number]):
            yield number, found["label"].strip()


def _find_code_tabs(lines: list[str], begin: int, end: int) -> Iterator[tuple[int, str]]:
    mark = ""
    for number in range(begin, end):
        line = lines[number].strip()
        ticks = line[: len(line) - len(line.lstrip("`~"))]
        if len(ticks) < 3:
            continue
        if not mark:
            mark = ticks
            label = re.search(r"\[([^\[\]]+)\]", line)
            yield number, label[1] if label else line.strip("`~ ").split(" ")[0]
        elif line == ticks and ticks.startswith(mark):
            mark = ""
