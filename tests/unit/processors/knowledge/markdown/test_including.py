"""What a page includes is put where it belongs, if it is in the same source, and only so much of it."""

import pytest

from processors.knowledge.blocks.walking import walk
from processors.knowledge.markdown.parsing import parse_document
from tests.support.markdown import show, tell

_FILES = {
    "docs/shared/stop.md": "---\ntitle: x\n---\n1. Stop the mill.\n\n   ```sh\n   mill stop\n   ```\n",
    "docs/shared/lock.md": "# Doors\n\na\n\n## Lock it\n\nTurn.\n\n## Other\n\nb\n",
    "docs/shared/loop.md": '--8<-- "shared/loop.md"\n\nb',
    "docs/shared/deep.md": '{{< include "stop.md" >}}',
    "_includes/note.html": "<b>Hot</b>",
    "run.sh": "#!/bin/sh\n\techo a\n",
}


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ('--8<-- "shared/stop.md"', "1. Stop the mill.\n\n   ```sh\n   mill stop\n   ```"),
        (
            "- a\n\n  [!INCLUDE [x](shared/stop.md)]",
            "- a\n\n  1. Stop the mill.\n\n     ```sh\n     mill stop\n     ```",
        ),
        ("![[shared/lock#Lock it]]", "## Lock it\n\nTurn."),
        ("![[stop]]", "1. Stop the mill.\n\n   ```sh\n   mill stop\n   ```"),
        ("{% include note.html %}", "Hot"),
        ("<<< /run.sh", '```sh title="/run.sh"\n#!/bin/sh\n\techo a\n```'),
        ('```sh\n--8<-- "run.sh"\nls\n```', "```sh\n#!/bin/sh\n\techo a\nls\n```"),
        ("{% include-markdown './shared/deep.md' %}", "1. Stop the mill.\n\n   ```sh\n   mill stop\n   ```"),
    ],
)
def test_what_is_in_the_source_is_put_in(page: str, shown: str) -> None:
    assert show(page, "docs/a.md", _FILES.get) == shown
    assert not tell(page, "docs/a.md", _FILES.get)


def test_what_is_put_in_stands_in_the_line_that_pulls_it_in() -> None:
    document = parse_document("docs/a.md", 'a\n\n--8<-- "shared/stop.md"\n\nb', _FILES.get)
    assert {(block["first"], block["last"]) for block in list(walk(document["blocks"]))[1:-1]} == {(3, 3)}


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ('--8<-- "shared/loop.md"', ["docs/a.md:1: include shared/loop.md is not here"]),
        ("[!INCLUDE [x](../../../etc/passwd)]", ["docs/a.md:1: include ../../../etc/passwd is not here"]),
        (
            "[!INCLUDE [x](https://e.example/a.md)]",
            ["docs/a.md:1: include https://e.example/a.md is not here"],
        ),
        ('--8<-- "shared/stop.md:part"', ["docs/a.md:1: include shared/stop.md:part is not here"]),
        (
            "{% include-markdown 'shared/stop.md' start='a' %}",
            ["docs/a.md:1: part of shared/stop.md is not here"],
        ),
    ],
)
def test_what_may_not_be_read_is_said_to_be_missing(page: str, told: list[str]) -> None:
    assert tell(page, "docs/a.md", _FILES.get) == told


def test_nothing_outside_of_the_source_is_asked_for() -> None:
    asked: list[str] = []
    page = "\n\n".join(
        f'--8<-- "{path}"' for path in ("/etc/passwd", "../x", "a/../../../x", "..", "C:\\x", ".git/config")
    )
    parse_document("docs/a.md", page, lambda path: asked.append(path))
    assert asked
    assert not [
        path for path in asked if path.startswith(("/", ".")) or ".." in path.split("/") or "\\" in path
    ]


def test_includes_that_multiply_are_bounded() -> None:
    files = {f"{n}.md": "\n\n".join([f'--8<-- "{n + 1}.md"'] * 10) for n in range(10)}
    document = parse_document("a.md", '--8<-- "0.md"', files.get)
    assert len(list(walk(document["blocks"]))) < 600
    large = {"b.md": "x " * 150_000, "c.md": "y " * 60_000}
    assert tell("![[b]]\n\n![[c]]\n\n![[c]]", "a.md", large.get) == [
        "a.md:1: include b is not here",
        "a.md:5: include c is not here",
    ]
