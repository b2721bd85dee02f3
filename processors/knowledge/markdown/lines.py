"""The lines of a page: cleaned of what no text holds, and replaced without moving those below."""

import re
from typing import Final

_LONG_LINE: Final = 20_000
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\x85\ue000-\ue002]")
# Soft hyphens, zero widths and direction marks; joiners stay between letters and signs that need them.
_HIDDEN: Final = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
    "|(?<![^\\x00-\u02ff\\s])[\u200c\u200d]|[\u200c\u200d](?![^\\x00-\u02ff\\s])"
)
_FENCE: Final = re.compile(r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(`{3,}|~{3,})(.*)$")


def clean_lines(path: str, text: str) -> tuple[list[str], list[str]]:
    """Return the lines of a page without control and hidden characters, and warnings of what was wrong.

    Example:
        >>> clean_lines("a.md", "one\\r\\ntwo\\x00")
        (['one', 'two'], ['a.md:2: 1 control character was taken out'])
    """
    lines, warnings = [], []
    for number, line in enumerate(re.split("\r\n|\r|\n", text.removeprefix("\ufeff")), start=1):
        cleaned = line
        if not line.isascii() or _NOT_TEXT.search(line):
            for pattern, kind in ((_NOT_TEXT, "control"), (_HIDDEN, "hidden")):
                cleaned, taken = pattern.subn("", cleaned)
                if taken:
                    were = "character was" if taken == 1 else "characters were"
                    warnings.append(f"{path}:{number}: {taken} {kind} {were} taken out")
        if len(cleaned) > _LONG_LINE:
            warnings.append(f"{path}:{number}: a line of {len(cleaned)} characters")
        lines.append(cleaned)
    return lines, warnings


def keep_lines(old: str, new: str) -> str:
    """Return a replacement with as many line ends as what it replaces.

    Example:
        >>> keep_lines("<b\\n>", "x")
        'x\\n'
    """
    return new + "\n" * (old.count("\n") - new.count("\n"))


def find_fenced(lines: list[str]) -> list[bool]:
    """Tell for each line whether it belongs to a fenced code block, its fences included.

    Example:
        >>> find_fenced(["a", "```sh", "ls", "```", "b"])
        [False, True, True, True, False]
    """
    fenced, mark = [], ""
    for line in lines:
        found = _FENCE.match(line)
        if mark:
            fenced.append(True)
            if found and found[1].startswith(mark) and not found[2].strip():
                mark = ""
        else:
            # A backtick after the mark makes it a code span.
            mark = found[1] if found and not (found[1][0] == "`" and "`" in found[2]) else ""
            fenced.append(bool(mark))
    return fenced


def find_mark(line: str) -> str:
    """Return the mark that begins a code block in a line, or nothing.

    Example:
        >>> find_mark("> - ```sh"), find_mark("```x```")
        ('```', '')
    """
    found = _FENCE.match(line)
    return found[1] if found and not (found[1][0] == "`" and "`" in found[2]) else ""


def drop_between(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """Drop what stands between two marks, with the marks; what is never closed stays.

    Args:
        text: A page or a part of it; it keeps its number of lines.
        opening: Finds the first mark.
        closing: Finds the second one.

    Example:
        >>> drop_between("a<!-- b\\n-->c <!-- d", re.compile("<!--"), re.compile("-->"))
        'a\\nc <!-- d'
    """
    pieces, position = [], 0
    while (begin := opening.search(text, position)) and (end := closing.search(text, begin.end())):
        pieces += [text[position : begin.start()], keep_lines(text[begin.start() : end.end()], "")]
        position = end.end()
    return "".join([*pieces, text[position:]])
