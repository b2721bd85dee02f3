"""Citations are numbered while they stream, and all who read an answer see the same ones."""

import random
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest

from processors.knowledge.markdown.inert import defuse_markdown, defuse_stream
from processors.retrieval.hybrid import Hit
from serving.answering.numbering import find_citations, number_citations

SOURCES: list[Any] = [{"chunk_id": "a"}, {"chunk_id": "b"}, {"chunk_id": "c"}]


async def number(pieces: list[str]) -> tuple[str, list[str]]:
    async def stream() -> AsyncIterator[str]:
        for piece in pieces:
            yield piece

    cited: list[Hit] = []
    text = "".join([piece async for piece in number_citations(stream(), SOURCES, cited)])
    return text, [hit["chunk_id"] for hit in cited]


@pytest.mark.parametrize(
    ("given", "text", "cited"),
    [
        ("Stop [3], then start [1].", "Stop [1], then start [2].", ["c", "a"]),
        ("Both [2, 3] again [3].", "Both [1][2] again [2].", ["b", "c"]),
        ("Adjacent[2][2]", "Adjacent[1][1]", ["b"]),
        ("Unknown [7]. Partly [7,2].", "Unknown. Partly [1].", ["b"]),
        ("A [link](x), [ ] and [note].", "A [link](x), [ ] and [note].", []),
        ("Open [1", "Open [1", []),
        (
            "Run [2]:\n```sh\nx=${a[1]} [9]\n```\nor `b[2]` [1]",
            "Run [1]:\n```sh\nx=${a[1]} [9]\n```\nor `b[2]` [2]",
            ["b", "a"],
        ),
        ("", "", []),
    ],
)
async def test_numbers_count_from_one_however_the_text_is_cut(
    given: str, text: str, cited: list[str]
) -> None:
    for size in (1, 2, 3, len(given) + 1):
        pieces = [given[begin : begin + size] for begin in range(0, len(given), size)]
        assert await number(pieces) == (text, cited)


async def test_what_was_made_inert_is_numbered() -> None:
    async def stream() -> AsyncGenerator[str, None]:
        for piece in ("Do `a[1]` ", "it [", "2][1]. See [1](http://evil.example)."):
            yield piece

    inert = [piece async for piece in defuse_stream(stream())]
    assert (await number(inert))[0] == "Do `a[1]` it [1][2]. See [2]."


async def test_numbers_of_a_quoted_text_are_no_citations() -> None:
    quoted = defuse_markdown("As [2] says, `a[1]` [3](http://x.example) [4]: b", is_quoted=True)
    assert await number([quoted]) == (quoted, [])


@pytest.mark.parametrize("text", ["```sh\na", "- x\n  ~~~\n  a\n", "````\n```\na", "> ```\n> a"])
async def test_an_open_block_ends_with_its_text_so_that_what_follows_is_cited(text: str) -> None:
    answer, cited = await number([defuse_markdown(text), "\n\nSee [1]."])
    assert answer.endswith("```\n\nSee [1].")
    assert cited == ["a"]


async def test_code_streams_line_by_line_and_its_numbers_stay() -> None:
    async def stream() -> AsyncGenerator[str, None]:
        for piece in ("1. ```sh\n", "   a[2]\n", "   ``", "`\n", "See [2]", "."):
            yield piece

    pieces = [piece async for piece in number_citations(stream(), SOURCES, [])]
    assert pieces == ["1. ```sh\n", "   a[2]\n", "   ``", "`\n", "See [1]", "."]


PIECES = [
    "[1]", " [2]", "[3, 1] ", "\\[1]", "[9]", "[1](http://evil.example)", "[1]: ", "words ", "![x][1]",
    "~~~", "\t", "\n\n", "\n", "- ", "> ", "1. ", "`", "``", "```", "\\`", "`a[1]` ", "\n```sh\n",
    "\n- ```html\n", "\n> ```\n", "\n1. > ~~~\n", "\n   ```\n", "\n    ```\n", "| a | `b |\n| - | - |\n",
]  # fmt: skip


async def test_who_numbers_and_who_reads_see_the_same_citations_however_the_text_is_cut() -> None:
    chance = random.Random(13)  # noqa: S311 - no secret
    for _ in range(1_500):
        text = "".join(chance.choices(PIECES, k=chance.randint(2, 16)))
        inert = defuse_markdown(text)
        answer, cited = await number([inert])
        assert sorted(set(find_citations(answer))) == list(range(1, len(cited) + 1)), text
        size = chance.randint(1, 9)
        assert await number([inert[at : at + size] for at in range(0, len(inert), size)]) == (answer, cited)
