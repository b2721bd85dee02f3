"""What a model says without a source is marked, wherever its text is cut while it streams."""

from collections.abc import AsyncGenerator
from typing import Any, Literal

import pytest

from processors.knowledge.markdown.inert import defuse_markdown
from serving.answering.claims import ClaimCheck, mark_claims
from serving.answering.numbering import find_citations
from serving.answering.phrases import choose_words
from serving.answering.statements import split_statements

ANSWER = """## What to do

Look at the disk [1]:

```sh
df -h /data
rm -rf /
```

1. Delete `logs/*.1`, never all. Then wait. [1]
2. Restart OpenSearch
   and Kafka.

   ```sh
   df -h /data
   ```
3. Look at it there:
   - a nested thing here
   - another one [1]

That helps most of the time.[2] Call somebody if not! It is `a.b` so. [1]
The next line goes on
# A heading of its own
| a | b | c d e |
Do this now please
- item that says it [2]
* item without any source

Is that what you want? I don't know more than that. See [the page] for more.
"""
MARKED = """## What to do

Look at the disk [1]:

```sh
df -h /data
rm -rf /
```

1. Delete `logs/*.1`, never all. Then wait. [1]
2. Restart OpenSearch [no source]
   and Kafka.

   ```sh
   df -h /data
   ```
3. Look at it there:
   - a nested thing here
   - another one [1]

That helps most of the time.[2] Call somebody if not! [no source] It is `a.b` so. [1]
The next line goes on [no source]
# A heading of its own
| a | b | c d e |
Do this now please [no source]
- item that says it [2]
* item without any source [no source]

Is that what you want? I don't know more than that. See [the page] for more. [no source]

Not in the cited sources as written here: `rm -rf /`"""
SOURCE: Any = {"text": "Run `df  -h /data` and look."}


async def mark(text: str, size: int, language: Literal["en", "ru"] = "en") -> tuple[list[str], ClaimCheck]:
    async def stream() -> AsyncGenerator[str, None]:
        for begin in range(0, len(text), size):
            yield text[begin : begin + size]

    found = ClaimCheck()
    return [piece async for piece in mark_claims(stream(), [SOURCE], found, choose_words(language))], found


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11, 29, 10_000])
async def test_a_claim_without_a_source_is_marked_however_the_text_is_cut(size: int) -> None:
    pieces, found = await mark(ANSWER, size)
    assert "".join(pieces) == MARKED
    assert found.unknown_commands == ["rm -rf /"]
    assert found.uncited == [said for said in split_statements(ANSWER) if not find_citations(said)]


async def test_what_is_cited_is_not_held_back() -> None:
    text = "1. Look at the disk [1].\n2. Wait for the alert [1]."
    pieces, found = await mark(text, 1)
    assert "".join(pieces) == text
    assert found == ClaimCheck()
    assert len(pieces) > len(text) / 2
    first = next(n for n, _ in enumerate(pieces) if "".join(pieces[: n + 1]).startswith("1. Look"))
    assert first < 10


async def test_the_mark_is_in_the_language_of_the_question() -> None:
    pieces, _ = await mark("Перезапустите брокер прямо сейчас.", 4, "ru")
    assert "".join(pieces) == "Перезапустите брокер прямо сейчас. [без источника]"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I don't know: nothing in the sources that were found answers this question.",
        "К сожалению, не знаю, что это.",
        "Nothing is recorded of the namespace `shop`.",
        "О неймспейсе `shop` ничего не записано.",
        "Steps from Disk full › Fix:\n\n1. Look at it now. [1]\n\n"
        "Quoted from the sources, not written by a language model.",
        "# Only a heading\n\n```sh\ndf -h /data\n```",
        "Shall I go on with this?",
    ],
)
async def test_headings_code_notices_and_admitting_ignorance_are_no_claims(text: str) -> None:
    pieces, found = await mark(text, 3)
    assert ("".join(pieces), found) == (text, ClaimCheck())


async def test_code_that_was_made_inert_is_still_known() -> None:
    async def stream() -> AsyncGenerator[str, None]:
        yield defuse_markdown("Run `echo <think>a</think> b` [1]")

    found, source = ClaimCheck(), {"text": "Run `echo <think>a</think> b`."}
    cited: Any = [source]
    assert [piece async for piece in mark_claims(stream(), cited, found, choose_words("en"))]
    assert found.unknown_commands == []


@pytest.mark.parametrize("size", [1, 4, 7, 10_000])
@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (
            "- ```sh\n  ls -l /tmp\n  ```\n  That lists the files.\n- Next one here.",
            "- ```sh\n  ls -l /tmp\n  ```\n  That lists the files. [no source]\n- Next one here. [no source]",
        ),
        (
            "They said this.\n> - ```sh\n>   ls -l /tmp\n>   ```",
            "They said this. [no source]\n> - ```sh\n>   ls -l /tmp\n>   ```",
        ),
        ("It stopped.\n- \nIt is so now.", "It stopped.\n- \nIt is so now. [no source]"),
    ],
)
async def test_no_mark_stands_in_the_way_of_code(text: str, marked: str, size: int) -> None:
    pieces, _ = await mark(text, size)
    assert "".join(pieces).partition("\n\nNot in")[0] == marked
