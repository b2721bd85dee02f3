"""Pages that are no Markdown: AsciiDoc, reStructuredText, Org, HTML, notebooks and plain text."""

import json
from html import escape
from typing import Final

from tests.support.written.codes import CODES, SIMPLE
from tests.support.written.markdown import alert, fence, folded, four_spaces, indent, tildes
from tests.support.written.pages import Dialect, Holder, Lines
from tests.support.written.sites import LISTS


def _join(lines: Lines) -> str:
    return "\n".join(lines) + "\n"


# AsciiDoc: a delimiter is longer than those within it, and an open block keeps a step's parts together.
def _delimit(head: Lines, sign: str) -> Holder:
    def hold(lines: Lines, label: str, depth: int) -> Lines:
        mark = sign * (4 + depth)
        return [*(line.replace("LABEL", f"For {label}") for line in head), mark, *lines, mark]

    return hold


def _asciidoc_steps(lines: Lines, label: str, depth: int) -> Lines:
    mark = "=" * (4 + depth)
    return [". Stop it.", f". Turn to {label}:", "+", mark, *lines, mark, ". Go on."]


def _listing(code: str) -> Lines:
    return ["[source,sh]", "-----", *code.split("\n"), "-----"]


def _literal(code: str) -> Lines:
    return [".....", *code.split("\n"), "....."]


# reStructuredText: what is further in is within.
def _directive(head: str) -> Holder:
    return lambda lines, label, _: [head.replace("LABEL", f"For {label}"), "", *indent(lines, 3)]


def _rst_steps(lines: Lines, label: str, _: int) -> Lines:
    return ["1. Stop it.", "", f"2. Turn to {label}:", "", *indent(lines, 3), "", "3. Go on."]


def _rst_code(code: str) -> Lines:
    return [".. code-block:: sh", "", *indent(code.split("\n"), 3)]


def _rst_literal(code: str) -> Lines:
    return ["So::", "", *indent(code.split("\n"), 3)]


def _rst_page(title: str, lines: Lines, _: int) -> str:
    return _join([title, "=" * len(title), "", *lines])


# Org.
def _org_steps(lines: Lines, label: str, _: int) -> Lines:
    return ["1. Stop it.", f"2. Turn to {label}:", "", *indent(lines, 3), "3. Go on."]


def _org_code(code: str) -> Lines:
    return [
        "#+BEGIN_SRC sh",
        *(f",{line}" if line.startswith(("*", "#+", ",")) else line for line in code.split("\n")),
        "#+END_SRC",
    ]


# HTML.
def _pre(code: str) -> Lines:
    return [f'<pre><code class="language-sh">{escape(code)}</code></pre>'.replace("\n", "\n")]


def _element(opening: str, closing: str) -> Holder:
    return lambda lines, label, _: [opening.replace("LABEL", f"For {label}"), *lines, closing]


def _html_page(title: str, lines: Lines, _: int) -> str:
    body = [
        f"<p>{line}</p>" if line and not line.startswith("<") and "Look at mark" in line else line
        for line in lines
    ]
    head = [
        f"<!doctype html><html><head><title>{title}</title></head><body><nav>hidden</nav><main>",
        f"<h1>{title}</h1>",
    ]
    return _join([*head, *body, "</main></body></html>"])


def _notebook_page(title: str, lines: Lines, _: int) -> str:
    source = [line + "\n" for line in [f"# {title}", "", *lines]]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": source}]
    return json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False
    )


def _text_page(title: str, lines: Lines, _: int) -> str:
    return _join([title.upper(), "", *lines])


FORMATS: Final[dict[str, Dialect]] = {
    "asciidoc": Dialect(
        path="a.adoc",
        page=lambda title, lines, _: _join([f"= {title}", "", *lines]),
        holders={
            "steps": _asciidoc_steps,
            "note": _delimit(["[WARNING]", ".LABEL"], "="),
            "sidebar": _delimit([".LABEL"], "*"),
            "example": _delimit([".LABEL"], "="),
        },
        blocks=(_listing, _literal),
        extras=(
            (["include::missing.adoc[]"], "missing.adoc"),
            (["Take `gate get {gate-version}`."], "{gate-version}"),
        ),
        codes=SIMPLE,
    ),
    "restructuredtext": Dialect(
        path="a.rst",
        page=_rst_page,
        holders={
            "steps": _rst_steps,
            "note": _directive(".. admonition:: LABEL"),
            "tab": _directive(".. tab:: LABEL"),
            "folded": _directive(".. dropdown:: LABEL"),
            "quote": lambda lines, label, _: [f"Says {label}:", "", *indent(lines, 4)],
        },
        blocks=(_rst_code, _rst_literal),
        extras=((["", ".. include:: missing.rst"], "missing.rst"),),
        codes=SIMPLE,
    ),
    "org": Dialect(
        path="a.org",
        page=lambda title, lines, _: _join([f"#+TITLE: {title}", "", *lines]),
        holders={
            "steps": _org_steps,
            "bullets": lambda lines, label, _: [f"- At {label}:", "", *indent(lines, 2), "- Else wait."],
            "quote": lambda lines, label, _: ["#+BEGIN_QUOTE", f"Says {label}:", "", *lines, "#+END_QUOTE"],
        },
        blocks=(_org_code,),
        extras=((['#+INCLUDE: "missing.org"'], "missing.org"),),
        codes=SIMPLE,
    ),
    "html": Dialect(
        path="a.html",
        page=_html_page,
        holders={
            "steps": _element("<ol><li>Stop it.</li><li><p>Turn to LABEL:</p>", "</li><li>Go on.</li></ol>"),
            "bullets": _element("<ul><li>At LABEL:", "</li><li>Else wait.</li></ul>"),
            "quote": _element("<blockquote><p>Says LABEL:</p>", "</blockquote>"),
            "folded": _element("<details><summary>LABEL</summary>", "</details>"),
        },
        blocks=(_pre,),
    ),
    "notebook": Dialect(
        path="a.ipynb",
        page=_notebook_page,
        holders={**LISTS, "alert": alert, "folded": folded},
        blocks=(fence, tildes, four_spaces),
        codes=CODES,
    ),
    "text": Dialect(
        path="a.txt",
        page=_text_page,
        holders={"steps": LISTS["steps"], "bullets": LISTS["bullets"]},
        blocks=(four_spaces,),
        codes=CODES,
        title="SLUICE GATE IS STUCK",
    ),
}
"""Formats of pages, each with its own ways to hold things."""
