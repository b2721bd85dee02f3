"""What all dialects of Markdown have, and front matter in three languages."""

import json
import re
from collections.abc import Callable

from tests.support.written.pages import Holder, Lines


def indent(lines: Lines, columns: int) -> Lines:
    return [" " * columns + line if line else line for line in lines]


def fence(code: str) -> Lines:
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    mark = "`" * max(3, longest + 1)
    return [f"{mark}sh", *code.split("\n"), mark]


def tildes(code: str) -> Lines:
    longest = max((len(run) for run in re.findall("~+", code)), default=0)
    mark = "~" * max(3, longest + 1)
    return [mark, *code.split("\n"), mark]


def four_spaces(code: str) -> Lines:
    return indent(code.split("\n"), 4)


def make_steps(columns: int = 3) -> Holder:
    """Numbered steps whose second one holds the lines, so many columns further in."""

    def steps(lines: Lines, label: str, _: int) -> Lines:
        return ["1. Stop it.", f"2. Turn to {label}:", "", *indent(lines, columns), "3. Go on."]

    return steps


def bullets(lines: Lines, label: str, _: int) -> Lines:
    return [f"- At {label}:", "", *indent(lines, 2), "- Else wait."]


def quote(lines: Lines, label: str, _: int) -> Lines:
    return [f"> Says {label}:", ">", *quoted(lines)]


def quoted(lines: Lines) -> Lines:
    return [f"> {line}" if line else ">" for line in lines]


def alert(lines: Lines, label: str, _: int) -> Lines:
    return ["> [!CAUTION]", f"> Mind {label}.", ">", *quoted(lines)]


def folded(lines: Lines, label: str, _: int) -> Lines:
    return ["<details>", f"<summary>More {label}</summary>", "", *lines, "", "</details>"]


def around(opening: str, closing: str, *, inside: int = 0) -> Holder:
    """Lines between two lines; `LABEL` in the first one is the label, and colons grow with what is held."""

    def hold(lines: Lines, label: str, depth: int) -> Lines:
        more = ":" * depth
        first = opening.replace("LABEL", f"For {label}").replace(":::", f":::{more}", 1)
        last = closing.replace(":::", f":::{more}", 1)
        return [*first.split("\n"), "", *indent(lines, inside), "", *last.split("\n")]

    return hold


Head = Callable[[str, int], Lines]


def yaml(title: str, _: int) -> Lines:
    return ["---", f"title: {title}", "owner: nobody", "---", ""]


def any_matter(title: str, turn: int) -> Lines:
    """Front matter in each language that Hugo reads."""
    toml = ["+++", f'title = "{title}"', 'owner = "nobody"', "+++", ""]
    given = (yaml(title, turn), toml, [json.dumps({"title": title, "owner": "nobody"}, indent=2), ""])
    return given[turn % 3]


def heading(title: str, _: int) -> Lines:
    return [f"# {title}", ""]


def setext(title: str, _: int) -> Lines:
    return [title, "=" * len(title), ""]


def make_page(head: Head = heading, *more: str) -> Callable[[str, Lines, int], str]:
    """A page with its title, and lines that the tool wants at its top."""
    return lambda title, lines, turn: "\n".join([*head(title, turn), *more, "", *lines])
