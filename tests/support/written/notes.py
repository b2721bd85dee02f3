"""Dialects of Markdown: of forges, of notes, and of containers between colons."""

from typing import Final

from tests.support.written.codes import CODES
from tests.support.written.markdown import (
    alert,
    any_matter,
    around,
    fence,
    folded,
    four_spaces,
    heading,
    make_page,
    quote,
    quoted,
    setext,
    tildes,
    yaml,
)
from tests.support.written.pages import Dialect, Holder, Lines
from tests.support.written.sites import LISTS


def _callout(head: str) -> Holder:
    return lambda lines, label, _: [f"> {head} For {label}", *quoted(lines)]


def _learn_tabs(lines: Lines, label: str, _: int) -> Lines:
    return [f"# [For {label}](#tab/a)", "", *lines, "", "# [Else](#tab/b)", "", "Nothing.", "", "---"]


NOTES: Final[dict[str, Dialect]] = {
    "github": Dialect(
        path="docs/a.md",
        page=make_page(setext),
        holders={**LISTS, "alert": alert, "folded": folded, "quote": quote},
        blocks=(fence, tildes, four_spaces),
        extras=(
            (["- [ ] Lock the gate", "- [x] Call"], "[ ] Lock the gate"),
            (["A<br>b &amp; c."], "b & c."),
        ),
    ),
    "obsidian": Dialect(
        path="a.md",
        page=make_page(yaml, "#tag #other"),
        holders={**LISTS, "callout": _callout("[!warning]"), "folded": _callout("[!tip]-")},
        blocks=(fence, tildes),
        extras=(
            (["See [[Gate#Keys|the keys]] and ==hurry==. %%hidden%% ^gate"], "the keys"),
            (["![[Missing note]]"], "Missing note"),
            (["%%", "hidden", "%%", "", "![[gate.png|300]]"], "gate.png"),
        ),
    ),
    "vuepress": Dialect(
        path="docs/a.md",
        page=make_page(yaml),
        holders={
            **LISTS,
            "tip": around("::: tip LABEL", ":::"),
            "details": around("::: details LABEL", ":::"),
            "tabs": around("::: tabs\n\n@tab LABEL", "@tab Else\n\nNothing.\n\n:::"),
        },
        blocks=(fence, tildes),
        extras=((["<<< @/missing.sh"], "missing.sh"), (["<!-- @include: ./missing.md -->"], "missing.md")),
    ),
    "learn": Dialect(
        path="articles/a.md",
        page=make_page(yaml),
        holders={**LISTS, "alert": alert, "zone": around('::: zone pivot="LABEL"', "::: zone-end")},
        blocks=(fence, tildes),
        extras=(
            (["[!INCLUDE [gate](missing.md)]"], "missing.md"),
            ([':::code language="bash" source="missing.sh" :::'], "missing.sh"),
            (_learn_tabs(["Look."], "hall", 0), "For hall"),
        ),
    ),
    "myst": Dialect(
        path="a.md",
        page=make_page(heading),
        holders={
            **LISTS,
            "note": around(":::{note} LABEL", ":::"),
            "tabs": around("::::{tab-set}\n:::{tab-item} LABEL", ":::\n::::"),
            "dropdown": around(":::{dropdown} LABEL", ":::"),
        },
        blocks=(tildes, fence),
    ),
    "quarto": Dialect(
        path="a.qmd",
        page=make_page(yaml),
        holders={**LISTS, "callout": around('::: {.callout-warning title="LABEL"}', ":::"), "quote": quote},
        blocks=(fence, tildes),
        extras=(
            (["{{< include missing.qmd >}}"], "missing.qmd"),
            (["Take `{{< var gate >}}`."], "{{< var gate >}}"),
        ),
    ),
    "docsify": Dialect(
        path="a.md",
        page=make_page(any_matter),
        holders={**LISTS, "quote": quote},
        blocks=(fence, tildes, four_spaces),
        extras=((["[gate](missing.md ':include')"], "missing.md"),),
        codes=CODES,
    ),
}
"""Forges, notes, and tools that put containers between colons."""
