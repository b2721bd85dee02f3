"""Hugo's shortcodes, `{{< note >}}` and `{{% tab name="x" %}}`, replaced by the text that they stand for."""

import re
from typing import Final

from processors.knowledge.markdown.lines import drop_between, keep_lines

_SHORTCODE: Final = re.compile(
    r"\{\{[<%](?P<escaped>/\*)?\s*(?P<close>/?)\s*(?P<name>[\w./-]+)"
    r"(?P<arguments>(?:(?![>%]\}\}|\{\{[<%]).){0,4000})[>%]\}\}",
    re.DOTALL,
)
_ARGUMENT: Final = re.compile(r"""(?:([\w-]+)\s*=\s*)?(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s"`=]+))""")
_COMMENT: Final = re.compile(r"\{\{[<%]\s*comment\s*[>%]\}\}")
_COMMENT_END: Final = re.compile(r"\{\{[<%]\s*/\s*comment\s*[>%]\}\}")
_ADMONITIONS: Final = (
    "note", "caution", "warning", "tip", "important", "danger", "alert", "info", "hint", "callout",
)  # fmt: skip
_CODE: Final = ("mermaid", "highlight")
_PAIRED: Final = {*_ADMONITIONS, *_CODE, "tabs", "tab", "comment", "details", "table"}
_INDENT: Final = 100
# The arguments that a reader would see, the best first, of whatever shortcode.
_SHOWN: Final = ("text", "caption", "title", "name", "summary", "alt", "term_id", "file")
# Their first argument has no name, and is what they show or where they lead.
_VALUES: Final = ("param", "skew", "heading", "ref", "relref", "glossary_tooltip", "glossary_definition")


def expand_shortcodes(path: str, text: str) -> tuple[str, list[str]]:
    """Replace shortcodes by their text, in place, and report the ones that aren't closed.

    Args:
        path: Of the page, for reports.
        text: Of the page.

    Example:
        >>> expand_shortcodes("a.md", 'A {{< glossary_tooltip text="Pod" term_id="pod" >}} is red.')
        ('A Pod is red.', [])
    """
    text = drop_between(text, _COMMENT, _COMMENT_END)
    pieces, opened, warnings = list[str](), list[tuple[str, int]](), list[str]()
    position, line = 0, 1
    for found in _SHORTCODE.finditer(text):
        line += text.count("\n", position, found.start())
        if not found["escaped"] and found["name"] in _PAIRED and not found["arguments"].endswith("/"):
            warnings += _check_pair(path, line, found, opened)
        pieces += [text[position : found.start()], keep_lines(found[0], _show(found))]
        line += found[0].count("\n")
        position = found.end()
    warnings += [f"{path}:{at}: shortcode {name} is never closed" for name, at in opened]
    return "".join([*pieces, text[position:]]), warnings


def _check_pair(path: str, line: int, found: re.Match[str], opened: list[tuple[str, int]]) -> list[str]:
    """Keep the list of open shortcodes, innermost last; tell of those that stay open or never were."""
    if not found["close"]:
        opened.append((found["name"], line))
        return []
    if found["name"] not in [name for name, _ in opened[-20:]]:
        return [f"{path}:{line}: shortcode {found['name']} is closed but not open"]
    unclosed = []
    while (last := opened.pop())[0] != found["name"]:
        unclosed.append(f"{path}:{last[1]}: shortcode {last[0]} is never closed")
    return unclosed


def _show(found: re.Match[str]) -> str:
    name, arguments = found["name"], found["arguments"]
    if found["escaped"]:
        return found[0].replace("/*", "", 1).replace("*/", "", 1)
    alone = _stands_alone(found)
    if name in _CODE:
        language = name if name == "mermaid" else (_read_arguments(arguments).get("", "") or "")
        return ("```" if found["close"] else f"```{language}") if alone else ""
    if found["close"]:
        return ""
    if name in _ADMONITIONS:
        return f"{name.capitalize()}:" if alone else f"{name.capitalize()}: "
    named = _read_arguments(arguments)
    shown = next((named[key] for key in _SHOWN if named.get(key)), "")
    return shown or (named.get("", "") if name in _VALUES else "")


def _stands_alone(found: re.Match[str]) -> bool:
    # More white space than this is no indentation, and an endless line must not be read for every shortcode.
    before = found.string[max(0, found.start() - _INDENT) : found.start()].rpartition("\n")[2]
    after = found.string[found.end() : found.end() + _INDENT].partition("\n")[0]
    return not before.strip() and not after.strip()


def _read_arguments(arguments: str) -> dict[str, str]:
    """The arguments by name; the first one without a name is that of the empty name.

    Example:
        >>> _read_arguments(' "prerequisites" term_id="pod"')
        {'': 'prerequisites', 'term_id': 'pod'}
    """
    values: dict[str, str] = {}
    for name, quoted, raw, bare in _ARGUMENT.findall(arguments):
        values.setdefault(name, quoted or raw or bare)
    return values
