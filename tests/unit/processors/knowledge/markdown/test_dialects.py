"""What other tools put into Markdown becomes text on the same line; what is broken is told, never fatal."""

import time

import pytest

from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.markdown.parsing import parse_document


def read(text: str) -> str:
    return render_markdown(parse_document("a.md", text)["blocks"])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('A {{< glossary_tooltip text="pod" term_id="pod" >}} fell.', "A pod fell."),
        ('A {{< glossary_tooltip term_id="replica-set" >}} fell.', "A replica-set fell."),
        ('{{< figure src="a.png" alt="A graph" caption="Load" >}}', "![Load](a.png)"),
        ('{{% code_sample file="pods/a.yaml" %}}', "> [!OMITTED] code\n> `pods/a.yaml`"),
        ("{{< note >}}\nSlow.\n{{< /note >}}", "> [!NOTE]\n> Slow."),
        ("{{< caution >}}Slow.{{< /caution >}}", "> [!CAUTION]\n> Slow."),
        (
            '{{< tabs name="t" >}}\n{{% tab name="Linux" %}}\nx\n{{% /tab %}}\n{{< /tabs >}}',
            "> [!TAB] Linux\n> x",
        ),
        ("a {{< comment >}}never\nshown{{< /comment >}} b", "a b"),
        ('[x]({{< ref "./B.md" >}}) now', "[x](./B.md) now"),
        ("`{{</* note */>}}`", "`{{< note >}}`"),
        ("{{< mermaid >}}\ngraph LR\n{{< /mermaid >}}", "```mermaid\ngraph LR\n```"),
        ("a {% include copy.html %}b", "a b"),
        ("{% raw %}{{ site.x }}{% endraw %}", "{{ site.x }}"),
        ("a {% comment %}never{% endcomment %}b", "a b"),
        ("Version {{ site.opensearch_version }}.", "Version {{ site.opensearch_version }}."),
        ("{{ctx.index}} stays", "{{ctx.index}} stays"),
        ("```yaml\n{% if x %}\n```", "```yaml\n{% if x %}\n```"),
        ("{% capture step1_python %}\nimport os\n{% endcapture %}", "```python\nimport os\n```"),
        ("Slow.\n{: .warning }", "> [!WARNING]\n> Slow."),
        ("- [x](b){:target='_blank'}", "- [x](b)"),
        ("> [!NOTE]\n> Slow.", "> [!NOTE]\n> Slow."),
        ('!!! warning "Careful"\n    Slow.\n\nNext.', "> [!WARNING] Careful\n> Slow.\n\nNext."),
        (":::tip Faster\nUse it.\n:::", "> [!TIP] Faster\n> Use it."),
        ("```\n> [!NOTE]\n```", "```\n> [!NOTE]\n```"),
    ],
)
def test_dialects_become_text(written: str, shown: str) -> None:
    assert read(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a <b>bold</b> word", "a bold word"),
        ("a<script>alert(1)\nalert(2)</script>b", "ab"),
        ("a <scr<b>ipt>alert(1)</scr</b>ipt> b", r"a \<script>alert(1)\</script> b"),
        ("<img src=x onerror=alert(1)> b", "![](x) b"),
        ('<img src=x alt="a graph">', "![a graph](x)"),
        ("b <img src=x onerror=alert(1) c", r"b \<img src=x onerror=alert(1) c"),
        ("[click](javascript:alert(1)) here", "click here"),
        ("[click](javascript:f(g(h(1)))) here", "click here"),
        ("[![graph](a.png)](javascript:alert(1))", "![graph](a.png)"),
        ("[click][1]\n\n[1]: javascript:alert(1)", "click"),
        ("<javascript:alert(1)>", "javascript:alert(1)"),
        ("<https://example.org/a>", "[https://example.org/a](https://example.org/a)"),
        ("logs of <your pod>", "logs of <your pod>"),
        ("logs of <pod onclick=x>", "logs of"),
        ("`<script>` is code, <script>alert(1)</script> not", "`<script>` is code, not"),
        ("```html\n<script>x</script>\n```", "```html\n<script>x</script>\n```"),
        ("a <!-- b\n\nc --> d", "a \\<!-- b\n\nc --> d"),
        ("<details>\n<summary>More</summary>\n\ntext\n</details>", "> [!DETAILS] More\n> text"),
    ],
)
def test_markup_is_reduced_to_its_text_outside_of_code(written: str, shown: str) -> None:
    assert read(written) == shown


def test_an_unclosed_comment_hides_nothing() -> None:
    sections = parse_document("a.md", "<!-- lost\n\n# Heading\n\ntext\n")["sections"]
    assert sections[-1]["heading_path"] == ["Heading"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("---\ntitle: [\n---\nx", "a.md:2: front matter is not YAML"),
        ("---\n- a\n---\nx", "a.md:1: front matter is not a list of names with values"),
        ("---\ntitle: a\nx", "a.md:1: front matter is never closed"),
        ("---\nx: !!bool maybe\n---\nx", "a.md:1: front matter is not YAML"),
        ("---\nx: 2026-99-99\n---\nx", "a.md:1: front matter is not YAML"),
        (f"---\nx: {'[' * 20000}\n---\nx", "a.md:1: front matter is not YAML"),
        ("+++\ntitle =\n+++\nx", "a.md:1: front matter is not TOML"),
        ("x\n{{< note >}}\ny", "a.md:2: shortcode note is never closed"),
        ("x\n\n{{< /note >}}", "a.md:3: shortcode note is closed but not open"),
        ("x\n{% raw %}", "a.md:2: Liquid tag raw is never closed"),
        ("x\n\n```sh\nls", "a.md:3: a code block is never closed"),
        ("x\ny\x00z", "a.md:2: 1 control character was taken out"),
        (f"x\n{'y' * 50_000}", "a.md:2: a line of 50000 characters"),
    ],
)
def test_what_is_broken_is_told_with_its_line(text: str, what: str) -> None:
    document = parse_document("a.md", text)
    assert [warning[: len(what)] for warning in document["warnings"]][-1:] == [what], document["warnings"]
    assert document["sections"]


def test_front_matter_may_be_toml_and_its_values_are_only_taken_as_plain_text() -> None:
    assert parse_document("a.md", '+++\ntitle = "T"\n+++\nx')["title"] == "T"
    bomb = "a: &a [x, x]\n" + "".join(
        f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert parse_document("a.md", f"---\n{bomb}title: *i\n---\nx")["title"] == "a"


def test_lines_end_as_an_editor_counts_them() -> None:
    section = parse_document("a.md", "# H\r\n\u2028one\x0b\x0c\x85\r\n\r\ntwo\r\n")["sections"][0]
    assert (section["start_line"], section["end_line"]) == (2, 4)
    assert render_markdown(section["blocks"]) == "one\n\ntwo"


@pytest.mark.parametrize(
    "text",
    [
        *(
            mark * 20_000
            for mark in ("[", "[a](", "![", ">", "- ", "` ", "<a ", "<!--", "<script>", "*a_ ", "|", "#")
        ),
        *(
            mark * 5_000
            for mark in ("{{< note ", "{{< note >}}", "{% raw %}", "{% comment %}", "{{site.", "```\n")
        ),
        "\n".join(" " * depth + "- x" for depth in range(500)),
    ],
)
def test_hostile_repetition_costs_no_time_and_stops_nothing(text: str) -> None:
    began = time.process_time()
    document = parse_document("a.md", text)
    assert len(document["warnings"]) <= 21
    assert time.process_time() - began < 5
