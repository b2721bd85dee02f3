"""Makes quoted text inert: no markup, image, link or citation of a source survives into the answer.

Answers are Markdown. Prose is escaped, commands stay as they are inside code, where Markdown shows everything
literally; only tags that a chat page might lift out of a code block are broken there.
"""

import re
from typing import Final

from processors.knowledge.markdown.quoting import break_tags, quote_span, reveal
from serving.model_server.extractive.units import Code

_CODE_SPAN: Final = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_IMAGE: Final = re.compile(r"!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?")
_LINK: Final = re.compile(r"\[([^\]]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)")
_ADDRESS: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:javascript|data|vbscript|mailto):)[^\s<>`]+", re.I
)
_LANGUAGES: Final = frozenset(
    [
        "bash",
        "console",
        "conf",
        "dockerfile",
        "go",
        "ini",
        "java",
        "json",
        "logql",
        "log",
        "makefile",
        "promql",
        "properties",
        "python",
        "sh",
        "shell",
        "sql",
        "text",
        "toml",
        "yaml",
        "yml",
    ]
)
_MARK: Final = re.compile(r"(\\[!-/:-@\[-`{-~])|[\[`$|<]|&(?=#|\w+;)")
_BLOCK_START: Final = re.compile(r"^(\s*)([#>+*-]|\d+[.)])(?=\s|#)")


def quote_prose(text: str) -> str:
    r"""Quote a text in running Markdown.

    Example:
        >>> quote_prose("See [docs](http://x.y/z) and ![p](http://evil/p.png) [7] <b>now</b>, `rm <file>`")
        'See docs (`http://x.y/z`) and p \\[7] \\<b>now\\</b>, `rm <file>`'
    """
    text = _BLOCK_START.sub(r"\1\\\2", reveal(text))
    parts: list[str] = []
    end = 0
    for span in _CODE_SPAN.finditer(text):
        parts += [_escape_prose(text[end : span.start()]), quote_span(span[2].strip())]
        end = span.end()
    return "".join([*parts, _escape_prose(text[end:])])


def quote_code(code: Code, indent: str = "") -> str:
    """Quote a block of code; a language that a chat page would run is called text.

    Example:
        >>> print(quote_code(Code("html", "x")))
        ```text
        x
        ```
    """
    text = break_tags(reveal(code.text))
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    language = code.language if code.language in _LANGUAGES else "text"
    lines = [f"{fence}{language}", *text.splitlines(), fence]
    return "\n".join(f"{indent}{line}" if line else "" for line in lines)


def _escape_prose(text: str) -> str:
    """Take images and links apart, then escape all but the addresses, which become code."""
    text = _LINK.sub(lambda link: f"{link[1]} ({link[2]})", _IMAGE.sub(lambda image: image[1], text))
    parts: list[str] = []
    end = 0
    for address in _ADDRESS.finditer(text):
        found = address[0].rstrip(").,;:!?")
        parts += [_escape_marks(text[end : address.start()]), quote_span(found)]
        end = address.start() + len(found)
    return "".join([*parts, _escape_marks(text[end:])])


def _escape_marks(text: str) -> str:
    """Escape what would start a tag, an entity, a link, a code span, a formula or a table.

    A closing bracket stays: Open WebUI takes what stands between two escaped ones for a formula.
    """
    return _MARK.sub(lambda mark: mark[1] or f"\\{mark[0]}", text)
