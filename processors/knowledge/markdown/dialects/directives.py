"""Lines that pull in another file, as pages for MkDocs, Obsidian, VitePress, mdBook and others write them."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.markdown.dialects.source import Edit, Source
from processors.knowledge.markdown.markers import Mark, write_mark

_HEAD: Final = r"^(?P<before>(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*)"
_PICTURE: Final = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|bmp|avif|mp[34]|mov|webm|ogg|wav|pdf)$", re.IGNORECASE
)
_LINES: Final = tuple(
    re.compile(_HEAD + pattern + r"[ \t]*$")
    for pattern in (
        r"-{1,2}8<-{1,2}[ \t]+[\"'](?P<target>[^\"']+)[\"']",
        r"\{!>?[ \t]*(?P<target>[^!{}]+?)[ \t]*!\}",
        r"\[!INCLUDE[ \t]*\[[^\]]*\][ \t]*\((?P<target>[^()\s]+)\)\]",
        r"\[!code-[\w-]+[ \t]*\[[^\]]*\][ \t]*\((?P<target>[^()\s]+)\)\]",
        r"!\[\[(?P<target>[^\[\]|]+)(?:\|[^\[\]]*)?\]\]",
        r":{2}include\{[ \t]*(?:file|src|path)[ \t]*=[ \t]*[\"']?(?P<target>[^\"'{}\s]+)[\"']?[^{}]*\}",
        r"<!--[ \t]*#include[ \t]+(?:virtual|file)[ \t]*=[ \t]*[\"'](?P<target>[^\"']+)[\"'][ \t]*-->",
        r"<!--[ \t]*@?include[:(][ \t]*(?P<target>[^\s<>{}()]+)(?:\{[^{}]*\})?\)?[ \t]*-->",
        r"<<<[ \t]+(?P<target>[^\s{}]+)(?:[ \t]*\{[^{}]*\})?(?:[ \t]*\[[^\]]*\])?",
        r"@\[code[^\]]*\]\((?P<target>[^()\s]+)\)",
        r"@include[ \t]+[\"']?(?P<target>[^\"'\s]+)[\"']?",
        r"\{\{[ \t]*#(?:include|rustdoc_include|playground)[ \t]+(?P<target>[^\s{}]+)[^{}]*\}\}",
        r"\{\{>[ \t]*[\"']?(?P<target>[\w./-]+)[\"']?[^{}]*\}\}",
        r"include::(?P<target>[^\[\]\s]+)\[[^\]]*\]",
        r"\.\.[ \t]+(?:literal)?include::[ \t]+(?P<target>\S+)",
        r"\[[^\[\]]*\]\([ \t]*(?P<target>[^()\s]+)[ \t]+[\"']:include[^\"']*[\"'][ \t]*\)",
    )
)
_SIGNS: Final = (
    "8<-", "{!", "[!INCLUDE", "[!code-", "![[", "::include", "#include", "include:", "@include", "<<<",
    "@[code", "{{#", "{{ #", "{{>", "include::", ":include", "include(",
)  # fmt: skip
_IN_CODE: Final = re.compile(
    r"^[ \t>]*(?:;?-{1,2}8<-{1,2}[ \t]+[\"'](?P<snippet>[^\"']+)[\"']"
    r"|\{\{[ \t]*#(?:include|rustdoc_include|playground)[ \t]+(?P<book>[^\s{}]+)[^{}]*\}\}"
    r"|\{!>?[ \t]*(?P<bang>[^!{}]+?)[ \t]*!\})[ \t]*$"
)
_IN_SENTENCE: Final = re.compile(r"\[!INCLUDE[ \t]*\[[^\[\]]*\][ \t]*\(([^()\s]+)\)\]")
_LONGEST: Final = 2_000
_BLOCK: Final = re.compile(r"^(?P<before>[ \t]*)-{1,2}8<-{1,2}[ \t]*$")


def find_directives(source: Source) -> Iterator[Edit]:
    """Yield edits that turn lines that pull in a file into marks of what isn't there."""
    if not any(sign in source.text for sign in _SIGNS):
        return
    listed = False
    for number, line in enumerate(source.lines):
        begin = source.starts[number]
        span = begin, begin + len(line)
        if _BLOCK.match(line):
            if not source.code[number]:
                listed = not listed
                yield Edit(*span, "")
        elif listed and line.strip() and len(line) < _LONGEST:
            yield Edit(*span, _write("", line.strip(), line))
        elif len(line) < _LONGEST and any(sign in line for sign in _SIGNS) and not _is_code(source, number):
            found = next(filter(None, (pattern.match(line) for pattern in _LINES)), None)
            if found and not _PICTURE.search(found["target"]):
                before = found["before"]
                yield Edit(*span, before + _write("", found["target"], line[len(before) :]))


def _is_code(source: Source, number: int) -> bool:
    # A comment of HTML counts as code, and may be the line that pulls in a file.
    return bool(source.code[number]) and not source.lines[number].lstrip().startswith("<!--")


def _write(before: str, target: str, raw: str) -> str:
    return before + write_mark(Mark(kind="omitted", raw=raw, name="include", label=target.strip()))


def find_in_sentences(source: Source) -> Iterator[tuple[int, str]]:
    """Yield what is to be told of files that a sentence pulls in, which stay as they are written."""
    if "[!INCLUDE" in source.text:
        for number, line in enumerate(source.lines):
            found = _IN_SENTENCE.search(line) if not source.code[number] else None
            if found and not source.in_code(source.starts[number] + found.start()):
                yield number, f"include {found[1]} is not here"


def find_in_code(line: str) -> str:
    """Return the file that a line of code pulls in, or nothing.

    Example:
        >>> find_in_code('--8<-- "install.sh"'), find_in_code("ls")
        ('install.sh', '')
    """
    found = _IN_CODE.match(line) if len(line) < _LONGEST else None
    return (found["snippet"] or found["book"] or found["bang"]) if found else ""
