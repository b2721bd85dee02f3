"""A page of each format becomes the same tree, in the lines that it has, and can do no harm."""

import json
import shutil
from typing import Any

import pytest

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.walking import list_code, walk
from processors.knowledge.documents.formats import find_format
from processors.knowledge.documents.pages import convert_page
from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.markdown.reading import read_markdown

LIMIT = 2_000_000
# A Debian package, which set-up installs; tests on a stack show that it is there.
ASCIIDOCTOR = pytest.mark.skipif(not shutil.which("asciidoctor"), reason="asciidoctor is not installed")

ASCIIDOC = """\
= The loom is jammed

Runs on {loom}.

.Steps
. Halt it:
+
[source,shell]
----
loom stop --all <1>
\tloom | grep 'a  b' && echo "$X"
----
<1> Takes a minute.
. Free the thread.
.. gently
.. then pull
+
WARNING: It is sharp.

include::common/start.adoc[]

NOTE: Call _Ida_ -- she knows.

|===
|Lamp |Meaning

|red
|. jam
|===
"""
RST = """\
The loom is jammed
==================

See :ref:`the thread <thread>` and :command:`loom`.

#. Halt it:

   .. code-block:: shell
      :caption: halt.sh

      loom stop --all
      \tloom | grep 'a  b' && echo "$X"

#. Free the thread.

   a. gently
   b. then pull

   .. warning:: It is sharp.

.. include:: common/start.rst

.. tabs::

   .. tab:: Old loom

      Press *F1*.
"""
ORG = """\
#+TITLE: The loom is jammed
* Steps
1. Halt it with =loom stop --all=
   #+begin_src shell
   loom | grep 'a  b' && echo "$X"
   #+end_src
2. Free the thread -- kube_pod_name
   - [X] gently
   - [ ] then pull
#+INCLUDE: "common/start.org"
"""
HTML = """\
<html><head><title>The loom is jammed</title><style>p {}</style></head>
<body><nav>Home</nav>
<ol start="2">
<li>Halt it:<pre><code class="language-shell">loom stop --all
\tloom | grep 'a  b' &amp;&amp; echo "$X"</code></pre>
<li>Free the thread
</ol>
<footer>2026</footer>
"""
PLAIN = """\
THE LOOM IS JAMMED

Call Ida
Phone 4711

STEPS
-----

1. Halt it: loom stop --all
2. Free the *thread* <here>
   a) gently

    loom | grep 'a  b' && echo "$X"
"""


def convert(path: str, text: str) -> list[Block]:
    page = convert_page(path, text.encode(), LIMIT)
    assert page["warnings"] == []
    return read_markdown(page["text"])


def find(blocks: list[Block], kind: str) -> list[Block]:
    return [block for block in walk(blocks) if block["kind"] == kind]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("a.html.md.erb", "markdown"), ("a.mdx", "markdown"), ("a.adoc", "asciidoc"), ("docs/a.HTML", "html"),
        ("_layouts/a.html", None), ("requirements-dev.txt", None), ("LICENSE.txt", None),
        ("notes.txt", "plain"), ("a.ipynb", "notebook"), ("a.png", None), ("Makefile", None),
        ("~$a.docx", None),
    ],
)  # fmt: skip
def test_a_file_is_a_page_by_its_name(path: str, form: str | None) -> None:
    assert find_format(path) == form


CODE = "loom stop --all\n\tloom | grep 'a  b' && echo \"$X\""


@pytest.mark.parametrize(
    ("path", "text"),
    [pytest.param("a.adoc", ASCIIDOC, marks=ASCIIDOCTOR), ("a.rst", RST), ("a.html", HTML)],
)
def test_code_is_kept_to_the_letter_in_its_line(path: str, text: str) -> None:
    (code,) = list_code(convert(path, text))
    assert code["text"] == CODE
    assert code["language"] == "shell"
    at = text.split("\n").index(next(line for line in text.split("\n") if "loom stop --all" in line)) + 1
    assert at - 2 <= code["first"] <= at + 2


@ASCIIDOCTOR
def test_asciidoc_is_read_as_its_own_program_reads_it() -> None:
    blocks = convert("a.adoc", ASCIIDOC)
    steps = find(blocks, "list")[0]
    assert [item["number"] for item in steps["children"]] == ["1", "2"]
    assert [item["number"] for item in find(steps["children"], "item")] == ["1", "", "2", "a", "b"]
    assert [quote["label"] for quote in find(blocks, "quote")] == ["WARNING", "NOTE"]
    (include,) = find(blocks, "omitted")
    assert (include["what"], include["target"]) == ("include", "common/start.adoc")
    assert 19 <= include["first"] < 27
    (table,) = find(blocks, "table")
    assert [cell[0]["text"] for cell in table["header"]] == ["Lamp", "Meaning"]
    text = convert_page("a.adoc", ASCIIDOC.encode(), LIMIT)["text"]
    assert "Runs on {loom}." in text
    assert "Line 1: Takes a minute." in text
    assert "Call Ida -- she knows." in text


def test_restructured_text_is_read_with_the_directives_of_sphinx() -> None:
    blocks = convert("a.rst", RST)
    assert [item["number"] for item in find(blocks, "item")] == ["1", "2", "a", "b"]
    assert [code["title"] for code in list_code(blocks)] == ["halt.sh"]
    assert [tab["label"] for tab in find(blocks, "tab")] == ["Old loom"]
    assert [block["target"] for block in find(blocks, "omitted")] == ["common/start.rst"]
    assert "See the thread and `loom`." in convert_page("a.rst", RST.encode(), LIMIT)["text"]


def test_org_keeps_hyphens_underscores_and_tasks() -> None:
    blocks = convert("a.org", ORG)
    assert [block["level"] for block in find(blocks, "heading")] == [1, 1]
    assert [item["done"] for item in find(blocks, "item")] == [None, None, True, False]
    text = convert_page("a.org", ORG.encode(), LIMIT)["text"]
    assert "`loom stop --all`" in text
    assert "Free the thread -- kube_pod_name" in text
    assert "`common/start.org`" in text


def test_html_is_its_main_part_in_its_lines() -> None:
    page = convert_page("a.html", HTML.encode(), LIMIT)
    assert page["text"].split("\n")[0] == "# The loom is jammed"
    assert "Home" not in page["text"]
    assert "2026" not in page["text"]
    (steps,) = find(read_markdown(page["text"]), "list")
    assert [(item["number"], item["first"]) for item in steps["children"]] == [("2", 4), ("3", 11)]


def test_plain_text_keeps_its_lines_lists_and_headings() -> None:
    blocks = convert("a.txt", PLAIN)
    assert [(block["level"], block["first"]) for block in find(blocks, "heading")] == [(1, 1), (2, 6)]
    assert [item["number"] for item in find(blocks, "item")] == ["1", "2", "a"]
    text = convert_page("a.txt", PLAIN.encode(), LIMIT)["text"]
    assert "Call Ida\\\nPhone 4711" in text
    assert "2. Free the \\*thread\\* \\<here>" in text
    assert len(text.split("\n")) == len(PLAIN.split("\n"))


def test_indented_lines_of_plain_text_are_code() -> None:
    (code,) = list_code(convert("a.txt", "Type:\n\n    loom  *x*\n    a_b\n\nDone.\n"))
    assert (code["text"], code["first"]) == ("loom  *x*\na_b", 3)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("1. Stop it:\n\n       a_b *.txt \\\n         --c\tx  \n2. Go.", "a_b *.txt \\\n  --c\tx  "),
        ("1. Stop it:\n\n      rm -r *.txt | grep a_b_c\n2. Go.", "rm -r *.txt | grep a_b_c"),
        ("a. Stop it:\n\n       &amp; <x> # a_b_c", "&amp; <x> # a_b_c"),
        ("1. Do:\n   • this:\n\n         # *x*\n   • that", "# *x*"),
        ("1. Do:\n   - this\n\n       # *x*", "# *x*"),
    ],
)
def test_code_within_a_step_of_plain_text_is_as_it_is_written(steps: str, code: str) -> None:
    assert [block["text"] for block in list_code(convert("a.txt", steps))] == [code]


def make_notebook(*cells: dict[str, Any]) -> bytes:
    return json.dumps({"cells": cells, "metadata": {"language_info": {"name": "python"}}}).encode()


def test_notebooks_show_text_code_and_what_it_printed() -> None:
    printed = [
        {"text": [f"{number}\n" for number in range(25)]},
        {"data": {"image/png": "x", "text/plain": "y"}},
    ]
    page = convert_page(
        "a.ipynb",
        make_notebook(
            {"cell_type": "markdown", "source": ["# Loom\n", "\n", "1. Run `loom`"]},
            {"cell_type": "code", "source": "loom.stop()", "outputs": printed},
            {"cell_type": "code", "source": "!loom status", "outputs": []},
        ),
        LIMIT,
    )
    blocks = read_markdown(page["text"])
    assert [code["language"] for code in list_code(blocks)] == ["python", "text", "bash"]
    assert [code.get("title") for code in list_code(blocks)] == [None, "Output", None]
    assert [(one["what"], one["target"]) for one in find(blocks, "omitted")] == [
        ("output", "5 more lines"),
        ("picture", ""),
    ]


@pytest.mark.parametrize("data", [b"{}", b"[", b"[" * 100_000, b'{"cells": 3}'])
def test_what_is_no_notebook_is_refused(data: bytes) -> None:
    page = convert_page("a.ipynb", data, LIMIT)
    assert page["text"] == ""
    assert page["warnings"][0].startswith("not read: no notebook")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.adoc", ASCIIDOC, marks=ASCIIDOCTOR),
        ("a.rst", RST),
        ("a.html", HTML),
        ("a.txt", PLAIN),
    ],
)
def test_front_matter_stays_and_the_lines_with_it(path: str, text: str) -> None:
    head = "---\ntitle: Looms of hall 3\n---\n"
    page = convert_page(path, (head + text).encode(), LIMIT)
    document = parse_document(path, page["text"])
    assert document["title"] == "Looms of hall 3"
    (code,) = list_code(document["blocks"])[:1]
    (bare,) = list_code(convert(path, text))[:1]
    assert code["first"] == bare["first"] + 3


HOSTILE = {
    "a.adoc": "include::/etc/passwd[]\n\nimage::/etc/passwd[opts=inline]\n\nlink:javascript:alert(1)[x]\n\n"
    "pass:[<script>alert(1)</script>]\n\n++++\n<iframe src=x></iframe>\n++++\n\n{docdir}{user-home}\n",
    "a.rst": ".. include:: /etc/passwd\n\n.. csv-table:: x\n   :file: /etc/passwd\n\n.. raw:: html\n   :url: file:///etc/passwd"
    "\n\n.. raw:: html\n\n   <script>alert(1)</script>\n\n`x <javascript:alert(1)>`__\n",
    "a.org": '#+INCLUDE: "/etc/passwd"\n\n#+begin_export html\n<script>alert(1)</script>\n#+end_export\n\n'
    "[[javascript:alert(1)][x]]\n\n#+SETUPFILE: /etc/passwd\n",
    "a.html": "<script>alert(1)</script><iframe src=x></iframe><a href='javascript:alert(1)'>x</a>"
    "<svg onload=alert(1)>y</svg>",
    "a.txt": "<script>alert(1)</script>\n[x](javascript:alert(1))\n![p](http://x)\n",
}


@pytest.mark.parametrize(
    "path", [pytest.param("a.adoc", marks=ASCIIDOCTOR), *sorted({*HOSTILE} - {"a.adoc"})]
)
def test_a_hostile_page_opens_nothing_and_acts_nowhere(path: str) -> None:
    page = convert_page(path, HOSTILE[path].encode(), LIMIT)
    assert "root:" not in page["text"]
    spans = [span for block in walk(read_markdown(page["text"])) for span in block.get("spans", ())]
    assert not [span for span in spans if "javascript" in span.get("url", "")]
    if path != "a.txt":
        assert "alert" not in page["text"]


def test_a_page_that_takes_too_long_is_one_line_of_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processors.knowledge.documents.limited.run_limited.__defaults__", (1,))
    deep = "\n".join("  " * depth + "* x\n" for depth in range(600))
    page = convert_page("a.rst", deep.encode(), LIMIT)
    assert page["text"] == ""
    assert page["warnings"][0].startswith("not read: ")


def test_a_program_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert convert_page("a.adoc", b"= A", LIMIT) == {
        "text": "",
        "warnings": ["not read: asciidoctor isn't installed; `make setup` installs it"],
    }


@pytest.mark.parametrize(
    ("path", "page", "code"),
    [
        ("a.rst", "So::\n\n       a *b*\n     b\n\n   c\n", "    a *b*\n  b\n\nc"),
        ("a.rst", "1. So:\n\n   .. code-block:: sh\n      :caption: x\n\n\n        a\n      b\n", "  a\nb"),
        ("a.rst", ".. note::\n\n     a\n\n.. code:: sh\n\n   a\n     b\n", "a\n  b"),
        ("a.org", "1. So:\n   #+BEGIN_SRC make\n   a:\n   \tb\tc\n   #+END_SRC\n", "a:\n\tb\tc"),
    ],
)
def test_code_of_other_formats_is_as_far_in_as_it_was_written(path: str, page: str, code: str) -> None:
    assert [block["text"] for block in list_code(convert(path, page))] == [code]
