"""A page's title tells it apart from others: its own words if they do, else its file's name."""

import pytest

from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.markdown.titles import choose_title


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        ("kiln.md", "---\ntitle: The *kiln* is hot\n---\n# Steps\n\na", "The kiln is hot"),
        ("kiln.md", "# Kiln is hot\n\na\n\n# Steps\n\nb", "Kiln is hot"),
        (
            "potter_wheel_turns_backwards.md",
            "## Symptoms\n\n* a\n\n## Steps\n\n1. b",
            "potter wheel turns backwards",
        ),
        ("glaze-is-dull.md", "# Table of contents\n\n- a\n\n# Steps\n\n1. b", "glaze is dull"),
        ("a.md", "## Contents\n\n- a\n\n# Kiln is hot\n\nb", "Kiln is hot"),
        ("kiln-hot.md", "## Symptoms\n\na\n\n## Open the damper\n\nb", "kiln hot"),
        ("docs/kilns/_index.md", "## Overview\n\na", "kilns"),
        ("teardown-of-kilns.md", "---\ntitle: Cleanup\n---\na", "Cleanup (teardown of kilns)"),
        ("cleanup.md", "---\ntitle: Cleanup\n---\na", "Cleanup"),
        ("index.md", "---\ntitle: Overview\n---\na", "Overview"),
        ("печь остыла.md", "## Симптомы\n\nа\n\n## Шаги\n\n1. б", "печь остыла"),
        ("2. Symptoms.md", "a", "2. Symptoms"),
        ("KilnTooHot.md", "## Meaning\n\na", "KilnTooHot"),
        ("a b #1 (50%) печь.md", "text", "a b #1 (50%) печь"),
        (".md", "text", ".md"),
    ],
)
def test_the_title_tells_a_page_apart(path: str, text: str, title: str) -> None:
    assert parse_document(path, text)["title"] == title


def test_a_heading_without_words_is_no_title() -> None:
    assert choose_title("", [(1, ""), (1, "Kiln")], "a.md") == "Kiln"
