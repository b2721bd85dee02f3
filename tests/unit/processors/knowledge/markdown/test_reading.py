"""Markdown is read once, as CommonMark says, with the tags of HTML in it."""

import time

import pytest

from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.walking import list_code, walk
from processors.knowledge.markdown.reading import read_markdown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a *b* __c__", "a b c"),
        ("__init__.py, 2*3*4, __not now__", r"\_\_init\_\_.py, 2\*3\*4, not now"),
        ("see [the `heap`](heap.md#now)", "see [the `heap`](heap.md#now)"),
        ("[a][1]\n\n[1]: b.md", "[a](b.md)"),
        ("[click](javascript:alert(1)) <javascript:alert(1)>", "click javascript:alert(1)"),
        ('<a href="java&#115;cript:alert(1)">x</a>', "x"),
        ("<https://example.org/a>", "[https://example.org/a](https://example.org/a)"),
        ("[![a graph](a.png)](dash)", "[a graph](dash)"),
        ("kubectl logs <pod> of <your name>", "kubectl logs <pod> of <your name>"),
        ("describe <object> now", r"describe \<object> now"),
        ("<kbd>F12</kbd> H<sub>2</sub>O <!-- no --> a&nbsp;b", "F12 H2O a b"),
        ("<code>a &lt;b&gt; &amp;&amp; c</code>", "`a <b> && c`"),
        ("a<script>alert(1)\nalert(2)</script>b", "ab"),
        ("one\\\ntwo<br>three", "one\\\ntwo\\\nthree"),
        ("<img src=x onerror=alert(1)> b", "![](x) b"),
        ("b <img src=x onerror=alert(1) c", r"b \<img src=x onerror=alert(1) c"),
        ("```count --all```", "`count --all`"),
        ("~~~ sh\nls\n~~~", "```sh\nls\n```"),
        ("## Undo {#undo}", "## Undo {#undo}"),
        ("Red\n===", "# Red"),
        ("- [ ] a\n- [x] b", "- [ ] a\n- [x] b"),
        ("3) a\n3) b", "3. a\n4. b"),
        ("> [!note]\n> x", "> [!NOTE]\n> x"),
        ("- a. x\n- b. y", "- a. x\n- b. y"),
        ("<h3>Act</h3>", "### Act"),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ('<ol type="a"><li>x</li></ol>', "- a. x"),
        ("<ul>\n<li>\n\n1. a\n\n</li>\n</ul>", "- 1. a"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\n\nb"),
        ("<pre><code class='language-sh'>\nls &lt;a\n  b</code></pre>", "```sh\nls <a\n  b\n```"),
        ("<pre>\na\n\n*b*\n\n</pre>\n\nc", "```\na\n\n*b*\n```\n\nc"),
        (
            "<details>\n<summary>If it</summary>\n\n1. a\n\n</details>\n\nb",
            "> [!DETAILS] If it\n>\n> 1. a\n\nb",
        ),
        ("<details>\n<summary>Lost</summary>\n\n## H\n\na", "Lost\n\n## H\n\na"),
        (
            "<table><tr><th>a<th>b<tr><td>1|2<td><p>x<p>y</table>",
            "| a | b |\n| --- | --- |\n| 1\\|2 | x<br>y |",
        ),
        ("<table><tr><td rowspan=2>a<td>b<tr><td>c</table>", "|  |  |\n| --- | --- |\n| a | b |\n| a | c |"),
        ("<table><tr><th>Do<tr><td>\n\n```sh\na\nb\n```\n\n</table>", "- Do:\n\n  ```sh\n  a\n  b\n  ```"),
        ("<table><tr><td><ol><li>a<li>b</ol></table>", "|  |\n| --- |\n| 1. a<br>2. b |"),
        ('<div class="x">\n\na\n\n</div>', "a"),
        ("<!-- lost\n\n# Heading", "\\<!-- lost\n\n# Heading"),
    ],
)
def test_what_is_written_is_read_as_it_shows(written: str, shown: str) -> None:
    blocks = read_markdown(written)
    assert render_markdown(blocks) == shown


def test_code_is_kept_letter_for_letter_wherever_it_stands() -> None:
    page = "1. a\n\n   ```make\n   all:\n   \tx | y \\\n   ```\n\n        b $C\n\n> ```\n> d  &amp;\n> ```\n"
    assert [code["text"] for code in list_code(read_markdown(page))] == [
        "all:\n\tx | y \\",
        "  b $C"[1:],
        "d  &amp;",
    ]


def test_blocks_know_their_lines() -> None:
    page = "# H\n\na\nb\n\n- c\n\n  ```\n  d\n  ```\n\n- e\n\n<ul>\n<li>f\n</ul>\n\n| g |\n| --- |\n| h |\n"
    lines = [(block["kind"], block["first"], block["last"]) for block in walk(read_markdown(page))]
    assert lines[:7] == [
        ("heading", 1, 1),
        ("paragraph", 3, 4),
        ("list", 6, 12),
        ("item", 6, 10),
        ("paragraph", 6, 6),
        ("code", 8, 10),
        ("item", 12, 12),
    ]
    assert lines[8:] == [("list", 14, 16), ("item", 15, 16), ("paragraph", 15, 15), ("table", 18, 20)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            mark * 20_000
            for mark in (
                "[",
                "[a](",
                "![",
                ">",
                "- ",
                "` ",
                "<a ",
                "<!--",
                "<?",
                "<script>",
                "*a_ ",
                "|",
                "#",
            )
        ),
        *(
            f"<div>{mark * 20_000}"
            for mark in ("<a ", "<!--", "<b>", "<li>", "</p>", "<td>", "&lt;", "<table><tr><td>")
        ),
        *(mark * 5_000 for mark in ("```\n", "<pre>\n\n", "<details>\n\n", "<!--\n", "a\n\n<ul>\n<li>\n\n")),
        "\n".join(" " * depth + "- x" for depth in range(500)),
        "<ul>\n" + "<li>\n\n- a. b\n\n" * 2_000,
    ],
)
def test_hostile_repetition_costs_no_time(text: str) -> None:
    # Not by the clock on the wall: other work may hold the machine.
    began = time.process_time()
    render_markdown(read_markdown(text))
    assert time.process_time() - began < 5


@pytest.mark.parametrize("mark", ["> ", "- ", "1. "])
def test_what_is_nested_too_deep_to_be_read_stays_as_its_words(mark: str) -> None:
    shown = render_markdown(read_markdown(f"{mark * 99}bottom"))
    assert shown.endswith("bottom")
    assert render_markdown(read_markdown(shown)) == shown
