"""Markdown that was made inert, seen by a Markdown parser that lets raw HTML through."""

import asyncio
import itertools
import json
import os
import random
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from processors.knowledge.markdown.inert import defuse_markdown, defuse_stream
from tests.support.active import PARSER, list_active

RUNBOOKS = sorted(Path("docs/runbooks").glob("*.md"))
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img\nsrc=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<details open ontoggle=alert(1)>\n<summary>x</summary>\n</details>",
    "<iframe src='https://evil.example'></iframe>",
    "![x](https://evil.example/p.png?q=1)",
    "![x](//evil.example/p.png)",
    "![x](<https://evil.example/a b.png> 'title')",
    "![x][1]\n\n[1]: //evil.example/p.png",
    "![x][a b]\n\n[a\nb]: https://evil.example/p.png",
    "![x][c]\n\n[c]:\n//evil.example/p.png",
    "![x][d]\n\n[d]: \\\\\\\\evil.example/p.png",
    "[click](javascript:alert(1))",
    "[click](<javascript:alert(1)>)",
    "[![click](data:text/html,x)](javascript:alert(1))",
    "[1](https://evil.example)",
    "[cli\nck](https://evil.example)",
    "<https://evil.example>",
    "<javascript:alert(1)>",
    "https://evil.example/steal",
    "www.evil.example",
    "1https://evil.example .ftp://evil.example",
    # Brackets that are taken away don't make one of what was apart.
    "<[img src=x onerror=alert(1)]()>",
    "<[img src=x onerror=alert(1)](y)>",
    "<![img src=x onerror=alert(1)]()>",
    "https:[//evil.example](x)",
    "[https]()://evil.example",
    "![www]().evil.example",
    "ww[w.evil.example](x)",
    "\\<![img src=x onerror=alert(1)](y)",
    "[1](http://x)(//evil.example)",
    "[1](http://x): //evil.example",
    "See [e].\n\n[e]: h&#116;tps://evil.example",
    "See [f].\n\n[f]: https\\://evil.example",
    "`` ` <b>x</b>",
    "\\`<img src=x>` `",
    "| a | `b |\n| - | - |\n| `![x](https://evil.example) | <img src=x>` |",
]
FRAMES = [
    "{}",
    "- {} [1]",
    "> {}",
    "1. a\n\n   {}",
    "`{}",
    "``{}`",
    "a `b\n{}` c",
    "    ```\n{}\n```",
    "~~~\n{}",
    "- ```html\n{}\n```",
    "- a\n\n  ```\n {}\n  ```",
    "> ```\n{}\n> ```",
    "> ```\n> a\n\n{}",
    "1. > ~~~\n{}",
    "a\n2. ```html\n{}\n```",
    "- a\n      - ```html\n{}\n```",
    "> a\n    > - ~~~\n{}",
]
PIECES = [
    *HOSTILE,
    "`",
    "``",
    "```",
    "~~~",
    "\n",
    "\n\n",
    " ",
    "    ",
    "|",
    "\\",
    "- ",
    "> ",
    "1. ",
    "[",
    "](",
    "!",
]
PIECES += [
    "- ```html\n",
    "> ```\n",
    "\n- ",
    "\n> ",
    "~~~html\n",
    "\t",
    "`a | b` ",
    "\n| a | b |\n| - | - |\n",
]
PIECES += [
    "http://evil.example/a|b",
    "mailto:a@evil.example",
    "ftp://evil.example",
    "&#x68;ttps://evil.example",
]
PIECES += ["text", "<pod>", "[1]", "```sh\n", "$(x)", "a: b", "]: ", "(", ")", "<", "#", "| - | - |\n"]


async def stream(pieces: list[str]) -> AsyncGenerator[str, None]:
    for piece in pieces:
        yield piece


def defuse_in_pieces(text: str, cuts: list[int]) -> str:
    edges = [0, *sorted(cuts), len(text)]
    pieces = [text[begin:end] for begin, end in itertools.pairwise(edges)]

    async def read() -> str:
        return "".join([piece async for piece in defuse_stream(stream(pieces))])

    return asyncio.run(read())


@pytest.mark.parametrize("frame", FRAMES)
def test_nothing_acts_wherever_it_stands(frame: str) -> None:
    for text in HOSTILE:
        framed = frame.format(text)
        assert list_active(defuse_markdown(framed)) == [], text
        assert defuse_in_pieces(framed, [*range(len(framed))]) == defuse_markdown(framed)


def test_nothing_acts_however_it_is_mixed_and_cut() -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    for _ in range(1_000):
        text = "".join(chance.choices(PIECES, k=chance.randint(2, 14)))
        whole = defuse_markdown(text)
        assert list_active(whole) == [], text
        cuts = [chance.randint(0, len(text)) for _ in range(chance.randint(0, 9))]
        assert defuse_in_pieces(text, cuts) == whole, (text, cuts)


def test_the_test_sees_what_acts() -> None:
    seen = [text for text in HOSTILE if list_active(text)]
    assert len(seen) > len(HOSTILE) / 2


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_commands_of_runbooks_stay_as_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    blocks = [token.content for token in PARSER.parse(text) if token.type == "fence"]
    defused = defuse_markdown(text)
    assert [token.content for token in PARSER.parse(defused) if token.type == "fence"] == blocks
    changed = [line for line, left in zip(text.split("\n"), defused.split("\n"), strict=True) if line != left]
    assert all(re.search(r"\]\(|https?://|<", line) for line in changed), changed


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_what_was_defused_stays_the_same(path: Path) -> None:
    once = defuse_markdown(path.read_text(encoding="utf-8"))
    assert defuse_markdown(once) == once


def test_in_pieces_it_is_the_same_text() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in RUNBOOKS[:6])
    chance = random.Random(11)  # noqa: S311 - no secret
    for _ in range(2):
        cuts = [chance.randint(0, len(text)) for _ in range(900)]
        assert defuse_in_pieces(text, cuts) == defuse_markdown(text)


def test_words_are_given_out_before_their_line_ends() -> None:
    async def read() -> list[str]:
        return [piece async for piece in defuse_stream(stream(["Restart ", "the ", "broker ", "now"]))]

    assert asyncio.run(read()) == ["Restart ", "the ", "broker ", "now"]


def test_a_line_that_begins_with_code_does_not_wait_for_its_end() -> None:
    async def read() -> list[str]:
        return [piece async for piece in defuse_stream(stream(["- `pg_up` ", "is 0, ", "so wait"]))]

    assert asyncio.run(read()) == ["- `pg_up` ", "is 0, ", "so ", "wait"]


@pytest.mark.parametrize("text", ["    ```\n{}\n    ```", "-     ```\n{}", "a\n\n    ~~~\n{}"])
def test_what_only_looks_like_a_block_is_none(text: str) -> None:
    assert "`https://evil.example`" in defuse_markdown(text.format("https://evil.example"))


@pytest.mark.parametrize(
    "text", ["\\https://evil.example", "https://a.example``x``", "`a | b` https://a.example"]
)
def test_the_ticks_of_an_address_are_no_others_part(text: str) -> None:
    assert list_active(f"| a | b |\n| - | - |\n{defuse_markdown(text)}") == []


def test_a_block_is_drawn_by_nobody() -> None:
    assert defuse_markdown("```mermaid\na\n```").startswith("```text\n")


def test_what_hides_text_is_gone() -> None:
    assert (
        defuse_markdown("<think>a</think> ◁think▷ re\u202everse\u200b") == "‹think>a‹/think> ‹think▷ reverse"
    )


@pytest.mark.skipif("RUNLORE_TEST_DATA" not in os.environ, reason="RUNLORE_TEST_DATA names no data folder")
@pytest.mark.parametrize("name", ["web_html_js.json", "markdown_js.json"])
def test_published_attacks_do_not_act(name: str) -> None:
    folder = Path(os.environ["RUNLORE_TEST_DATA"]) / "hostile-text"
    for text in json.loads((folder / name).read_text())["payloads"]:
        for frame in (*FRAMES, "[x]({})", "![x]({})", "<a href='{}'>x</a>"):
            assert list_active(defuse_markdown(frame.replace("{}", text))) == [], (frame, text)
