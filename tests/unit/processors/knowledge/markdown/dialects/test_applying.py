"""Whatever a page is written in, its lines stay and its code survives letter for letter."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.knowledge.blocks.walking import list_code
from processors.knowledge.markdown.dialects.applying import apply_dialects
from processors.knowledge.markdown.parsing import parse_document

# Lines of code that look like what other tools put into Markdown; none is a variable that a page may know.
_CODE = [
    "ls -l | sort > $OUT",
    "\tall: build",
    "    four spaces",
    "a &amp; b &lt;c&gt; \\ \\$x",
    ":::note",
    ":::",
    "!!! note",
    '=== "Linux"',
    "%% comment %% [[ -f a ]] ==b== ![[c]]",
    "x ^anchor",
    "#tag #other",
    "{% if a %}yes{% else %}no{% endif %}",
    "{{ .Values.image }} {{ $labels.pod }} {{< version >}}",
    "<Tabs>",
    "</Tabs>",
    "import a from 'b'",
    "export const a = 1",
    "{: .note }",
    "## [A](#tab/a)",
    "> [!NOTE]",
    "<<< a.js",
    "{/* a */}",
    "<%= b %>",
    "- item",
    "---",
    "",
]
_WORDS = ["Stop the mill.", "It is ==hot==.", "See [[mill|it]].", "Take {{ version }}.", "Of <Mill /> now."]
# What stands before, within and behind; `{}` is what is within, and how far in that is.
_FRAMES = [
    ("{}", ""),
    ('=== "Gas"\n\n{}\n', "    "),
    ("=== 'Gas'\n{}", "    "),
    ('!!! danger "Hot"\n\n{}\n', "    "),
    ("??? note\n\n{}\n", "    "),
    (":::tip\n\n{}\n\n:::", ""),
    ("::: details More\n{}\n:::", ""),
    (":::: tabs\n@tab Gas\n{}\n@tab Wood\nWait.\n::::", ""),
    ("{{< note >}}\n{}\n{{< /note >}}", ""),
    ('{{< tabs >}}\n{{% tab name="Gas" %}}\n{}\n{{% /tab %}}\n{{< /tabs >}}', ""),
    ("{{< mystery >}}\n{}\n{{< /mystery >}}", ""),
    ("{% hint %}\n\n{}\n\n{% endhint %}", ""),
    ("{% if gas %}\n{}\n{% else %}\nWait.\n{% endif %}", ""),
    ('<Tabs>\n<TabItem value="gas">\n\n{}\n\n</TabItem>\n</Tabs>', ""),
    ('<Tabs>\n  <TabItem value="gas">\n\n{}\n\n  </TabItem>\n</Tabs>', "    "),
    ("<Note>\n{}\n</Note>", ""),
    ("1. Do:\n\n{}\n\n2. Wait.", "   "),
    ("- Do:\n\n{}\n", "  "),
    ("<details>\n<summary>More</summary>\n\n{}\n\n</details>", ""),
    ("### [Gas](#tab/gas)\n\n{}\n\n---\n", ""),
]


@st.composite
def _pages(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A page and its blocks of code, each of which is numbered, so that none is another."""
    pieces, codes = [], list[str]()
    for _ in range(draw(st.integers(1, 4))):
        lines = [f"# {len(codes)}", *draw(st.lists(st.sampled_from(_CODE), max_size=5))]
        codes.append("\n".join(lines))
        held = "\n".join([draw(st.sampled_from(_WORDS)), "", "```sh", *lines, "```"])
        for frame, indent in draw(st.lists(st.sampled_from(_FRAMES), max_size=3)):
            within = "\n".join(f"{indent}{line}" if line else "" for line in held.split("\n"))
            held = frame.replace("{}", within, 1)
        pieces.append(held)
    return "\n\n".join(pieces), codes


@settings(max_examples=300, deadline=None)
@given(_pages())
def test_code_survives_letter_for_letter_in_every_dialect(made: tuple[str, list[str]]) -> None:
    page, codes = made
    assert apply_dialects("a.md", page, {}).text.count("\n") == page.count("\n")
    assert [code["text"] for code in list_code(parse_document("a.md", page)["blocks"])] == codes


@pytest.mark.parametrize(
    "text",
    [
        *(
            mark * 5_000
            for mark in (
                "{{< a ",
                "{{< note >}}",
                "{{< note >}}\n",
                "{% if a %}",
                "{% if a %}\n",
                "{% capture a %}",
                "{% raw %}",
                "{{ a }}",
                "{{ a ",
                ":::note\n",
                ":::\n",
                '=== "a"\n',
                "!!! a\n",
                "<Tabs>",
                "<Tabs>\n",
                "<Tabs a={",
                '<Tabs a="',
                "</Tabs>\n",
                "{/* a",
                "import a from 'b'\n",
                "export const a = 1\n",
                "[[a",
                "[[a]] ",
                "%%a%% ",
                "==a==",
                "a ^b\n",
                "{: .note }\n",
                "a\n{: .note }\n",
                "<%= a ",
                "<% a %>",
                "--8<--\n",
                "![[a]]\n",
                "# [a](#tab/b)\n",
                "<!-- ",
                "{!a",
            )
        ),
        "".join(f'{" " * 4 * depth}=== "a"\n' for depth in range(300)),
        "".join(f"{':' * (303 - depth)}note\n" for depth in range(300)),
        "{{< note >}}\n" * 500 + "{{< /note >}}\n" * 500,
    ],
)
def test_hostile_repetition_costs_no_time_and_stops_nothing(text: str) -> None:
    began = time.process_time()
    assert apply_dialects("a.md", text, {}).text.count("\n") == text.count("\n")
    parse_document("a.md", text)
    assert time.process_time() - began < 10


@pytest.mark.parametrize("text", ["&#xE000;7b7d&#xE001;", "\ue0007b7d\ue001", "\ue000x\ue001", "a \ue002 b"])
def test_no_page_can_write_a_mark(text: str) -> None:
    parse_document("a.md", text)
    parse_document("a.md", f"{{{{< note >}}}}\n{text}\n{{{{< /note >}}}}")
