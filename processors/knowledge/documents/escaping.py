"""Plain text as Markdown that reads as just that text: nothing in it becomes markup by accident.

Only what would be markup is escaped, for what is escaped is harder to find: `kube_pod_status` stays as it is.
"""

import re
from typing import Final

_BACKSLASH: Final = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)", re.MULTILINE)
_INLINE: Final = re.compile(
    r"`"
    r"|(?<=\])[(\[:]"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w+;)"
    r"|\*(?=\S)|(?<=\S)\*"
    r"|(?<![^\W_])_|_(?![^\W_])"
)
_LINE_START: Final = re.compile(
    r"^(?:(?P<mark>#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|-(?=-)|=(?==*\s*$)|~(?=~~)|[|:](?=[\s:|-])|-(?=[\s:|-]*$))"
    r"|(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$))",
    re.MULTILINE,
)


def escape_text(text: str) -> str:
    r"""Return Markdown that shows a text as it is.

    Args:
        text: Of one paragraph; its lines stay lines.

    Example:
        >>> print(escape_text("# not a heading <script> of `x` in kube_pod_status"))
        \# not a heading \<script> of \`x\` in kube_pod_status
        >>> print(escape_text("1. no step"), escape_text("[no](link)"))
        1\. no step [no]\(link)
    """
    return escape_line_starts(escape_inline(text))


def escape_inline(text: str) -> str:
    """Return a part of a paragraph without what would be markup inside of a line."""
    return _INLINE.sub(lambda found: "\\" + found[0], _BACKSLASH.sub(r"\\\\", text))


def escape_line_starts(text: str) -> str:
    """Return a paragraph none of whose lines begins a heading, list, quote, table or code."""
    lines = "\n".join(line.strip() for line in text.split("\n") if line.strip())
    return _LINE_START.sub(_escape_start, lines)


def _escape_start(found: re.Match[str]) -> str:
    if found["mark"]:
        return "\\" + found["mark"]
    return f"{found['number']}\\{found['dot']}"


def quote_code(text: str) -> str:
    """Return a text as inline code.

    Example:
        >>> quote_code("ls"), quote_code("a ` b")
        ('`ls`', '`` a ` b ``')
    """
    flat = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", flat)), default=0)
    ticks, space = "`" * (longest + 1), " " if longest else ""
    return f"{ticks}{space}{flat}{space}{ticks}"


def fence_code(lines: list[str]) -> list[str]:
    """Return lines as a fenced code block, whatever they hold.

    Example:
        >>> fence_code(["ls"])
        ['```', 'ls', '```']
    """
    longest = max((len(run) for line in lines for run in re.findall("`{3,}", line)), default=2)
    fence = "`" * (longest + 1)
    return [fence, *lines, fence]
