import pytest
from markdown_it import MarkdownIt

from processors.knowledge.blocks.walking import list_code
from processors.knowledge.documents.storage_format import convert_storage
from processors.knowledge.markdown.reading import read_markdown

CODE = (
    '<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">bash</ac:parameter>'
    "<ac:plain-text-body><![CDATA[kubectl get pods | grep -v Running\n\necho '<b>&amp;']]>"
    "</ac:plain-text-body></ac:structured-macro>"
)


def convert(html: str) -> str:
    page = convert_storage(html)
    assert page["warnings"] == []
    return page["text"].rstrip("\n")


def test_headings_and_paragraphs() -> None:
    html = (
        "<h1>Disk <em>full</em></h1><p>One&nbsp;line<br/>two  <strong>bold </strong>x.</p><p></p><h3> </h3>"
    )
    assert convert(html) == "# Disk full\n\nOne line\\\ntwo bold x."


def test_lists_nest_and_hold_code() -> None:
    html = f"<ol><li><p>Look:</p>{CODE}</li><li>Then<ul><li>a</li><li>b</li></ul></li></ol>"
    assert convert(html).splitlines() == [
        "1. Look:", "", "   ```bash", "   kubectl get pods | grep -v Running", "", "   echo '<b>&amp;'",
        "   ```", "", "2. Then", "   - a", "   - b",
    ]  # fmt: skip


def test_code_keeps_its_language_and_its_own_fences() -> None:
    html = (
        '<ac:structured-macro ac:name="noformat"><ac:plain-text-body><![CDATA[```\nx\n```]]>'
        "</ac:plain-text-body></ac:structured-macro>"
    )
    assert convert(html) == "````\n```\nx\n```\n````"


def test_tables_repeat_spanned_cells_and_stay_on_a_line() -> None:
    html = (
        "<table><colgroup><col/></colgroup><tbody><tr><th>Alert</th><th colspan='2'>Do</th></tr>"
        "<tr><td rowspan='2'>Red</td><td><p>one</p><p>two</p></td><td>a|b</td></tr>"
        "<tr><td><code>ls | wc</code></td><td></td></tr></tbody></table>"
    )
    assert convert(html).splitlines() == [
        "| Alert | Do |  |",
        "| --- | --- | --- |",
        r"| Red | one<br>two | a\|b |",
        r"| Red | `ls \| wc` |  |",
    ]


def test_a_table_without_a_header_gets_an_empty_one() -> None:
    html = "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"
    assert convert(html) == "|  |  |\n| --- | --- |\n| a | b |"


def test_panels_expands_tasks_and_layouts() -> None:
    html = (
        '<ac:layout><ac:layout-section><ac:layout-cell><ac:structured-macro ac:name="warning">'
        '<ac:parameter ac:name="title">Data loss</ac:parameter>'
        "<ac:rich-text-body><p>Stop.</p><ul><li>x</li></ul></ac:rich-text-body></ac:structured-macro>"
        '<ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">More</ac:parameter>'
        "<ac:rich-text-body><p>Hidden.</p></ac:rich-text-body></ac:structured-macro>"
        "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status>"
        "<ac:task-body>done</ac:task-body></ac:task><ac:task><ac:task-status>incomplete</ac:task-status>"
        "<ac:task-body><span>open</span></ac:task-body></ac:task></ac:task-list>"
        "</ac:layout-cell></ac:layout-section></ac:layout>"
    )
    assert convert(html) == (
        "> [!WARNING] Data loss\n> Stop.\n> - x\n\n> [!DETAILS] More\n> Hidden.\n\n- [x] done\n- [ ] open"
    )


def test_links_and_images_keep_their_words() -> None:
    html = (
        '<p><a href="https://x.example/a b">a</a> '
        '<ac:link><ri:page ri:content-title="Roll back"/>'
        "<ac:plain-text-link-body><![CDATA[how]]></ac:plain-text-link-body></ac:link> "
        '<ac:link><ri:page ri:content-title="Roll back"/></ac:link> '
        '<ac:image ac:alt="the queue"><ri:attachment ri:filename="q 1.png"/></ac:image> '
        '<ac:image><ri:url ri:value="https://x.example/d.png"/></ac:image></p>'
    )
    assert convert(html) == (
        "[a](<https://x.example/a b>) how (Roll back) Roll back ![the queue](<attachment:q 1.png>) "
        "![d.png](https://x.example/d.png)"
    )


def test_small_things_in_a_line() -> None:
    html = (
        '<p><ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">Red</ac:parameter>'
        '<ac:parameter ac:name="title">DOWN</ac:parameter></ac:structured-macro> since '
        '<time datetime="2026-11-20"/> <code>a`b</code> <ac:structured-macro ac:name="jira">'
        '<ac:parameter ac:name="key">OPS-7</ac:parameter></ac:structured-macro></p>'
        '<ac:structured-macro ac:name="toc"><ac:parameter ac:name="maxLevel">2</ac:parameter>'
        "</ac:structured-macro>"
    )
    assert convert(html) == "DOWN since 2026-11-20 ``a`b`` OPS-7"


def test_an_unknown_macro_is_its_text_and_is_reported_once() -> None:
    macro = (
        '<ac:structured-macro ac:name="drawio"><ac:parameter ac:name="width">9</ac:parameter>'
        "<ac:rich-text-body><p>Flow.</p></ac:rich-text-body></ac:structured-macro>"
    )
    page = convert_storage(macro * 2)
    assert page["text"] == "Flow.\n\nFlow.\n"
    assert page["warnings"] == ["the macro 'drawio' is unknown; its text is kept"]


def test_the_new_editor_s_panels_have_a_fallback() -> None:
    html = (
        '<ac:adf-extension><ac:adf-node type="panel">'
        '<ac:adf-attribute key="panel-type">note</ac:adf-attribute>'
        "<ac:adf-content><p>Once.</p></ac:adf-content></ac:adf-node>"
        "<ac:adf-fallback><div><p>Once.</p></div></ac:adf-fallback></ac:adf-extension>"
    )
    assert convert(html) == "> [!NOTE]\n> Once."


@pytest.mark.parametrize(
    "html",
    [
        "<p>kept<b>open<table><tr><td>cell",
        "</p></div>kept",
        "<p>kept<![CDATA[never ends",
        "<div>" * 20_000 + "kept",
        "<ul><li>kept" * 3_000,
        "<p><b><ac:structured-macro ac:name='x'><ac:rich-text-body>kept",
        "<table><tr><td colspan='999999999' rowspan='x'>kept</td></tr></table>",
        "<table></table><ul></ul><ac:structured-macro>kept",
        "\x00kept&#xD800;&bogus;<",
    ],
)
def test_broken_input_loses_nothing(html: str) -> None:
    assert "kept" in convert_storage(html)["text"]


def test_lists_go_on_where_a_macro_cuts_them() -> None:
    html = (
        f'<ol start="1"><li>Halt</li></ol>{CODE}<ol start="2"><li>Cut<ol><li>a</li></ol></li><li>Go</li></ol>'
    )
    first, code, rest = read_markdown(convert(html))
    assert [item["number"] for item in (*first["children"], *rest["children"])] == ["1", "2", "3"]
    assert code["text"] == "kubectl get pods | grep -v Running\n\necho '<b>&amp;'"


def test_code_of_several_lines_in_a_cell_makes_a_list_of_the_rows() -> None:
    row = f"<tr><td>red</td><td><ol><li>a</li></ol>{CODE}</td></tr>"
    html = f"<table><tr><th>When</th><th>Do</th></tr>{row}</table>"
    (rows,) = read_markdown(convert(html))
    assert len(list_code([rows])) == 1
    assert convert(html).startswith("- When: red\n\n  Do:\n  1. a")


@pytest.mark.parametrize(
    ("html", "shown", "warning"),
    [
        (
            '<ac:structured-macro ac:name="include"><ac:parameter ac:name=""><ac:link>'
            '<ri:page ri:space-key="OPS" ri:content-title="Halt the mill"/></ac:link></ac:parameter>'
            "</ac:structured-macro>",
            "> [!OMITTED] include\n> `Halt the mill`",
            "",
        ),
        (
            '<ac:structured-macro ac:name="excerpt-include"> <ac:parameter ac:name=""><ac:link>'
            '<ri:page ri:content-title="Ring the miller"/></ac:link></ac:parameter></ac:structured-macro>',
            "> [!OMITTED] include\n> `Ring the miller`",
            "",
        ),
        (
            '<ac:structured-macro ac:name="gliffy"><ac:parameter ac:name="name">flour</ac:parameter>'
            "</ac:structured-macro>",
            "> [!OMITTED] diagram\n> `flour`",
            "the macro 'gliffy' is left out; its name is kept",
        ),
        (
            '<ac:structured-macro ac:name="roadmap"/>',
            "> [!OMITTED] macro roadmap",
            "the macro 'roadmap' is left out; its name is kept",
        ),
        (
            '<p>Owner: <ac:link><ri:user ri:account-id="5"/></ac:link>, '
            '<ac:link><ri:user ri:userkey="8"/><ac:link-body>the <b>millers</b></ac:link-body></ac:link></p>',
            "Owner: @user, the millers",
            "people are named by an id that says nothing: @user stands for them",
        ),
    ],
)
def test_what_cannot_be_shown_leaves_its_name(html: str, shown: str, warning: str) -> None:
    assert convert_storage(html) == {"text": f"{shown}\n", "warnings": [warning] if warning else []}


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<h2>Halt<br/>the mill</h2>", "## Halt the mill"),
        (f"<table><tr><th>Do</th><th>{CODE}</th></tr></table>", "- Do\n\n  ```bash\n"),
        ("<table><tr></tr></table><ac:task-list></ac:task-list><p>x</p>", "x"),
    ],
)
def test_what_has_no_place_in_markdown_is_not_lost(html: str, shown: str) -> None:
    assert convert(html).startswith(shown)


def test_a_macro_within_a_paragraph_keeps_its_own_paragraphs() -> None:
    html = (
        '<p>Before <ac:structured-macro ac:name="tip"><ac:rich-text-body>'
        "<p>one</p><p>two</p></ac:rich-text-body></ac:structured-macro> after</p>"
    )
    assert convert(html) == "Before\n\n> [!TIP]\n> one\n>\n> two\n\nafter"


def test_tabs_keep_their_labels() -> None:
    tab = (
        '<ac:structured-macro ac:name="auitabspage"><ac:parameter ac:name="title">{}</ac:parameter>'
        "<ac:rich-text-body><p>Press {}.</p></ac:rich-text-body></ac:structured-macro>"
    )
    tabs = f"<ac:rich-text-body>{tab}</ac:rich-text-body>"
    html = f'<ac:structured-macro ac:name="auitabs">{tabs}</ac:structured-macro>'
    assert convert(html.format("Old mill", "F1")) == "> [!TAB] Old mill\n> Press F1."


def test_text_is_no_markup() -> None:
    html = (
        "<p># no heading</p><p>a<br/>---</p><p>&lt;script&gt;alert(1)&lt;/script&gt; "
        "![x](http://evil.example/p) &amp;lt;img&gt;</p><p>```</p><script>alert(2)</script>"
        "<p><a href='javascript:alert(3)'>click</a></p>"
        "<p><a href='https://x.example/)%20[y](javascript:alert(4)'>]( z</a></p>"
    )
    text = convert_storage(html)["text"]
    shown = MarkdownIt("commonmark").enable("table").render(text)
    for active in ("<script", "<img", "<h1", "<h2", "<pre", 'href="javascript'):
        assert active not in shown
    assert "alert(2)" not in shown
    assert "# no heading" in shown
    assert "click" in shown


def test_markup_that_never_ends_takes_no_time() -> None:
    assert convert_storage("<p>" + "<!--" * 5_000 + "</p>")["text"] is not None
    assert convert_storage("<" * 50_000)["text"]
