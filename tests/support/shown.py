"""What a site shows of a page's escapes, found without the platform's own reading, line by line.

Jekyll runs Liquid before it reads Markdown, so `raw` is gone and a comment hidden in code as well. Hugo
shows a shortcode that a page only speaks of without its stars, and what stands in `mermaid` as it is, a
diagram. Kramdown's attributes show nothing and end what stands above. All else in code is shown as written.
"""

import re
from typing import Final

from processors.knowledge.markdown.front_matter import read_front_matter
from processors.knowledge.markdown.lines import clean_lines
from processors.knowledge.markdown.parser import open_parser

_COMMENT: Final = re.compile(r"\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
_RAW: Final = re.compile(r"\{%-? *(?:end)?raw *-?%\}")
_SPOKEN_OF: Final = re.compile(r"(\{\{[<%])/\*(.*?)\*/([>%]\}\})", re.DOTALL)
_DIAGRAM: Final = re.compile(r"^( *)\{\{< */? *mermaid *>\}\}", re.MULTILINE)
_ATTRIBUTES: Final = re.compile(r"^[ \t]*\{:[^{}\n]*\}[ \t]*$", re.MULTILINE)


def show_escapes(text: str) -> str:
    """Return a page as a site takes it; it keeps its number of lines."""
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    text = _ATTRIBUTES.sub("", _DIAGRAM.sub(r"\1```", _RAW.sub("", text)))
    return _SPOKEN_OF.sub(r"\1\2\3", text)


def list_shown_code(path: str, text: str) -> list[tuple[int, str]]:
    """Return first line and text of each block of code that CommonMark sees on a page that a site takes."""
    lines, _ = clean_lines(path, text)
    head = read_front_matter(path, lines).lines
    page = "\n".join([*[""] * head, *lines[head:]])
    tokens = open_parser().parse(show_escapes(page))
    return [
        ((token.map or [0])[0] + 1, token.content.removesuffix("\n"))
        for token in tokens
        if token.type in ("fence", "code_block")
    ]
