"""Liquid, as Jekyll's pages carry it: tags and the site's variables, replaced in place."""

import re
from typing import Final

from processors.knowledge.markdown.lines import drop_between, find_fenced, keep_lines

_LIQUID: Final = re.compile(
    r"\{%-?\s*(?P<tag>\w+)(?P<arguments>(?:(?!%\}|\{%).){0,2000}?)-?%\}"
    r"|\{\{-?\s*(?:site|page)\.(?P<variable>[\w.-]+)[^{}\n]{0,200}\}\}",
    re.DOTALL,
)
_COMMENT: Final = re.compile(r"\{%-?\s*comment\s*-?%\}")
_COMMENT_END: Final = re.compile(r"\{%-?\s*endcomment\s*-?%\}")
_PAIRED: Final = {"raw", "comment", "capture", "highlight", "if", "for", "unless", "case"}
# What they hold is code that another page shows, so they become the fences of a code block.
_CODE: Final = {"capture", "highlight"}
# Far more than a line has; a page of one endless line must not be read again for every tag.
_LOOK_BACK: Final = 500
_ADDRESSES: Final = ("url", "baseurl")


def expand_liquid(path: str, text: str) -> tuple[str, list[str]]:
    """Replace Liquid's tags and variables by what they stand for, and report the ones that aren't closed.

    Tags inside of code stay: there they may as well be the template language of the code.

    Args:
        path: Of the page, for reports.
        text: Of the page.

    Example:
        >>> expand_liquid("a.md", "{% raw %}{{ site.x }}{% endraw %} {{ site.opensearch_version }}")
        ('{{ site.x }} opensearch_version', [])
    """
    if "{%" not in text and "{{" not in text:
        return text, []
    text = drop_between(text, _COMMENT, _COMMENT_END)
    fenced = find_fenced(text.split("\n"))
    pieces, opened, warnings = list[str](), dict[str, int](), list[str]()
    position, line, ends_raw = 0, 1, "endraw" in text
    for found in _LIQUID.finditer(text):
        line += text.count("\n", position, found.start())
        pieces.append(text[position : found.start()])
        tag = found["tag"] or ""
        raw = "raw" in opened and ends_raw and tag != "endraw"
        in_code = tag not in ("", "raw", "endraw") and (fenced[line - 1] or _in_code_span(found))
        if raw or in_code:
            pieces.append(found[0])
        else:
            if tag in _PAIRED:
                opened[tag] = line
            elif tag.startswith("end") and opened.pop(tag[3:], None) is None:
                warnings.append(f"{path}:{line}: Liquid tag {tag} closes nothing")
            pieces.append(keep_lines(found[0], _show(found, tag)))
        line += found[0].count("\n")
        position = found.end()
    warnings += [f"{path}:{at}: Liquid tag {tag} is never closed" for tag, at in opened.items()]
    return "".join([*pieces, text[position:]]), warnings


def _in_code_span(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start() - _LOOK_BACK) : found.start()].rpartition("\n")[2]
    return before.count("`") % 2 == 1


def _show(found: re.Match[str], tag: str) -> str:
    if found["variable"]:
        name = found["variable"].rpartition(".")[2]
        return "" if name in _ADDRESSES else name
    words = (found["arguments"] or "").split()
    if tag in _CODE and words:
        # Jekyll's habit is a name such as `step1_python`.
        return f"```{words[0].rpartition('_')[2] if tag == 'capture' else words[0]}"
    if tag.removeprefix("end") in _CODE:
        return "```"
    return words[0] if tag in ("link", "post_url") and words else ""
