"""A quote that says in bold what it is, is that."""

import pytest

from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.markdown.reading import read_markdown
from processors.knowledge.steps.adopting import adopt_steps


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("> **Warning**\n> It is hot.", "> [!WARNING]\n> It is hot."),
        ("> **Note:** It is cold.", "> [!NOTE]\n> It is cold."),
        ("> __Caution__: Wet.", "> [!CAUTION]\n> Wet."),
        ("> ⚠️ **WARNING!** Steep.\n>\n> Slow.", "> [!WARNING]\n> Steep.\n>\n> Slow."),
        ("> **Tip**\n>\n> - a\n> - b", "> [!TIP]\n>\n> - a\n> - b"),
        ("> **Внимание:** горячо.", "> [!WARNING]\n> горячо."),
        ("> **Warning lights** are red.", "> Warning lights are red."),
        ("> **Note** that it is red.", "> Note that it is red."),
        ("> **Note** That is red.", "> [!NOTE]\n> That is red."),
        ("> Warning: it is red.", "> Warning: it is red."),
        ("**Warning:** it is red.", "Warning: it is red."),
    ],
)
def test_a_bold_word_at_the_head_of_a_quote_is_its_label(text: str, shown: str) -> None:
    assert render_markdown(read_markdown(text)) == shown


def test_such_a_quote_between_steps_stays_with_the_step_above() -> None:
    (steps,) = adopt_steps(read_markdown("1. Lower it.\n\n> **Warning**\n> It swings.\n\n2. Lock it."))
    quote = steps["children"][0]["children"][1]
    assert (quote["kind"], quote["label"]) == ("quote", "WARNING")
