from processors.knowledge.markdown.quoting import defuse_title, name_language, quote_block
from tests.support.active import PARSER


def test_a_block_can_not_be_left() -> None:
    tokens = PARSER.parse(quote_block("```\n<b>x</b>\n~~~\n"))
    assert [(token.type, token.info) for token in tokens] == [("fence", "text")]


def test_a_title_is_no_address() -> None:
    assert not defuse_title("https://evil.example/x").startswith("http")


def test_a_block_that_a_page_would_draw_or_run_is_plain_text() -> None:
    assert {name_language(asked) for asked in ("mermaid", "html", "svg onload=x")} == {"text"}
    assert name_language("YAML linenums") == "yaml"
