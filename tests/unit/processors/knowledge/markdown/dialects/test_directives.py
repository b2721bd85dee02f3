"""A line that pulls in a file says what is missing, whatever tool it is for."""

import pytest

from tests.support.markdown import show, tell


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ('--8<-- "a/b.md"', "a/b.md"),
        ("-8<- 'a/b.md'", "a/b.md"),
        ('--8<-- "a/b.md:part"', "a/b.md:part"),
        ('{% include-markdown "../a.md" %}', "../a.md"),
        ("{% include 'a.md' %}", "a.md"),
        ("{!a/b.md!}", "a/b.md"),
        ("{!> a/b.md !}", "a/b.md"),
        ("[!INCLUDE [words](../a.md)]", "../a.md"),
        ("[!INCLUDE[](~/a.md)]", "~/a.md"),
        ("[!code-azurecli[words](a.sh?range=1-3)]", "a.sh?range=1-3"),
        ("![[a/b]]", "a/b"),
        ("![[a#Part one|x]]", "a#Part one"),
        ("::include{file=a/b.md}", "a/b.md"),
        ('::include{file="a.md" x="y"}', "a.md"),
        ('{{< include "a.md" >}}', "a.md"),
        ("{{< include _a.qmd >}}", "_a.qmd"),
        ('{{% readfile file="/a.md" %}}', "/a.md"),
        ('<!--#include virtual="/a.html" -->', "/a.html"),
        ("<!-- @include: ./a.md{1,3} -->", "./a.md"),
        ("<!-- include: a.md -->", "a.md"),
        ("<<< @/a.js{2} [x]", "@/a.js"),
        ("@[code{1-3} js](./a.js)", "./a.js"),
        ("@include a.md", "a.md"),
        ("{{#include a.rs:2:10}}", "a.rs:2:10"),
        ("{{> a/b}}", "a/b"),
        ("include::a.adoc[tag=x]", "a.adoc"),
        (".. include:: a.rst", "a.rst"),
        ("[x](_a.md ':include')", "_a.md"),
        ('<Snippet file="a.mdx" />', "a.mdx"),
        ('<%= partial "a/b" %>', "a/b"),
    ],
)
@pytest.mark.parametrize("before", ["", "1. a\n\n   "])
def test_what_is_pulled_in_is_said_to_be_missing_where_it_stands(before: str, line: str, target: str) -> None:
    page = f"{before}{line}\n\n2. b"
    assert f"[!OMITTED] include\n{' ' * 3 * bool(before)}> `{target}`" in show(page)
    assert tell(page) == [f"a.md:{1 + before.count(chr(10))}: include {target} is not here"]


def test_a_list_of_files_is_as_many() -> None:
    assert tell("--8<--\na.md\n\nb.md\n--8<--\n") == [
        "a.md:2: include a.md is not here",
        "a.md:4: include b.md is not here",
    ]


@pytest.mark.parametrize(
    "page",
    [
        "See [!INCLUDE [words](a.md)] now.",
        '```sh\n--8<-- "a.md"\n```',
        "```rust\n{{#include a.md}}\n```",
    ],
)
def test_in_a_sentence_or_code_it_stays_as_it_is_written_and_is_told(page: str) -> None:
    assert [words.partition(": ")[2] for words in tell(page)] == ["include a.md is not here"]
    assert show(page).replace("\\", "") == page


@pytest.mark.parametrize(
    "page", ['`--8<-- "a"`', "a <<< b", "```\n![[a]]\n<<< a\n```", "x\n\n    ![[a]]", "Say include: a"]
)
def test_what_only_looks_so_is_left_alone(page: str) -> None:
    assert not tell(page)
