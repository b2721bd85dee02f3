"""Front matter in YAML, TOML and JSON."""

import pytest

from processors.knowledge.markdown.parsing import parse_document


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: Oven is cold\nowner: bakery\n---",
        "---\ntitle: Oven is cold\nowner: bakery\n...",
        '+++\ntitle = "Oven is cold"\nowner = "bakery"\n+++',
        '{\n  "title": "Oven is cold",\n  "owner": "bakery"\n}',
        '{ "title": "Oven is cold", "owner": "bakery" }',
    ],
)
def test_a_page_says_who_it_is_in_any_of_them(head: str) -> None:
    document = parse_document("a.md", f"{head}\n\n## Steps\n\n1. Light it.")
    assert (document["title"], document["front_matter"]["owner"]) == ("Oven is cold", "bakery")
    assert document["sections"][0]["start_line"] == head.count("\n") + 5
    assert not document["warnings"]


@pytest.mark.parametrize(
    "text", ["{{< note >}}a{{< /note >}}", "{ a } b", "{}", '{"a": 1} is JSON', "{:toc}\na"]
)
def test_another_brace_is_text(text: str) -> None:
    document = parse_document("a.md", text)
    assert not document["front_matter"]
    assert document["sections"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{\n  "title": "a",\n  "b"\n}\nx', "a.md:4: front matter is not JSON"),
        ('{"a":' + "[" * 100_000, "a.md:1: "),
    ],
)
def test_broken_json_is_told(text: str, what: str) -> None:
    document = parse_document("a.md", text)
    assert document["warnings"][0].startswith(what)
    assert document["sections"]
