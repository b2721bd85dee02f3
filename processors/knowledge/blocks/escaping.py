"""Words as Markdown that reads as just those words: only what would be markup is escaped.

What is escaped is harder to find, so `kube_pod_status` and a single asterisk stay as they are.
"""

import re
from typing import Final

_SIGN: Final = re.compile(r"[\\`\[\]!<&~*_]")
_BACKSLASH: Final = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)")
_ALWAYS: Final = re.compile(r"`|(?<=\])[(\[:]|\[(?=!)|!(?=\[)|!$|<(?=[A-Za-z/!?])|&(?=#?\w+;)|~(?=~~)")
_IN_LABEL: Final = re.compile(rf"[\[\]]|{_ALWAYS.pattern}")
_STAR: Final = re.compile(r"(?<! )\*|\*(?! )")
_UNDERSCORE: Final = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_LINE_START: Final = re.compile(
    r"^(?:(?P<mark>#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|-(?=-)|=(?==*\s*$)|[|:](?=[\s:|-])|-(?=[\s:|-]*$)"
    r"|_(?=[\s_]*$)|\*(?=[\s*]*$))"
    r"|(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$))"
)
_CLOSING_MARKS: Final = re.compile(r"(?:(?<=\s)|^)#(?=#*$)|\{(?=#[^{}\s]+\}$)")


def escape_words(text: str, *, pairs: bool = True, label: bool = False) -> str:
    r"""Return words within a line without what would be markup.

    Args:
        text: Words.
        pairs: Whether their paragraph has two asterisks or underscores, which may be emphasis.
        label: Whether they stand in brackets, which they must not end.

    Example:
        >>> print(escape_words("<script> of `x` in kube_pod_status, 2 * 3, [no](link)"))
        \<script> of \`x\` in kube_pod_status, 2 * 3, [no]\(link)
    """
    if not _SIGN.search(text):
        return text
    text = (_IN_LABEL if label else _ALWAYS).sub(r"\\\g<0>", _BACKSLASH.sub(r"\\\\", text))
    return _UNDERSCORE.sub(r"\\_", _STAR.sub(r"\\*", text)) if pairs else text


def escape_start(line: str) -> str:
    r"""Return a line of a paragraph that begins no heading, list, quote, table or code.

    Example:
        >>> print(escape_start("# no heading"), escape_start("1. no step"))
        \# no heading 1\. no step
    """
    return _LINE_START.sub(
        lambda found: f"\\{found['mark']}" if found["mark"] else rf"{found['number']}\{found['dot']}", line
    )


def escape_closing(heading: str) -> str:
    r"""Return the text of a heading whose last words are not taken for its closing marks or its anchor.

    Example:
        >>> print(escape_closing("Learn C #"))
        Learn C \#
    """
    return _CLOSING_MARKS.sub(r"\\\g<0>", heading)


def quote_code(code: str) -> str:
    """Return a line of code as a code span.

    Example:
        >>> quote_code("ls"), quote_code("a ` b")
        ('`ls`', '``a ` b``')
    """
    runs = {len(run) for run in re.findall("`+", code)} if "`" in code else ()
    ticks = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    strips = code.startswith(" ") and code.endswith(" ") and bool(code.strip(" "))
    pad = " " if strips or code.startswith("`") or code.endswith("`") else ""
    return f"{ticks}{pad}{code}{pad}{ticks}"


def quote_target(url: str) -> str:
    """Return an address as a link can hold it.

    Example:
        >>> quote_target("https://x/a"), quote_target("a (b).md")
        ('https://x/a', '<a (b).md>')
    """
    url = re.sub(r"[\n\t]", "", url)
    plain = re.sub(r"\\(?=[!-/:-@\[-`{-~])|&(?=#?\w+;)", r"\\\g<0>", url)
    if url and not re.search(r"[\s()<>\x00-\x20\x7f]", url):
        return plain
    bracketed = re.sub("[<>]", r"\\\g<0>", plain)
    return f"<{bracketed}>" if url else ""


def fence(code: str) -> str:
    """Return the mark that begins and ends a block of code, whatever it holds."""
    longest = max((len(run) for run in re.findall("`{3,}", code)), default=2)
    return "`" * (longest + 1)
