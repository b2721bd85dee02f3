from textwrap import dedent

from processors.knowledge.markdown.reading import read_markdown
from serving.model_server.extractive.units import Unit, split_units


def split(text: str) -> list[Unit]:
    return split_units(1, read_markdown(dedent(text)))


def test_steps_stay_together_with_their_code_and_nested_bullets():
    units = split("""
        ## Steps

        1. Look at the shards.

           ```bash
           curl -s "$OPENSEARCH_URL/_cat/shards"
           ```

        2. Choose:
           - restart it,
           - or wait.

        3. Look again,
        until it is green.
        """)

    assert [(unit.kind, unit.heading) for unit in units] == [("step", "Steps")] * 3
    assert units[0].code == 'curl -s "$OPENSEARCH_URL/_cat/shards"'
    assert units[1].text == "Choose:\n- restart it,\n- or wait."
    assert units[2].text == "Look again, until it is green."


def test_paragraphs_are_cut_into_sentences_and_code_goes_with_the_last():
    units = split("It is red. Nobody\nwrites.\n\n```\nls\n```\n")

    assert [unit.text for unit in units] == ["It is red.", "Nobody writes."]
    assert [unit.code for unit in units] == ["", "ls"]


def test_code_that_nothing_stands_before_is_a_unit_without_text():
    first, second = split("   ```bash\n   ls\n   ```\n\n4. Go on.\n")

    assert (first.text, first.code) == ("", "ls")
    assert (second.kind, second.text) == ("step", "Go on.")


def test_code_is_read_as_markdown_says():
    indented, quoted = split("Run:\n\n    ls | wc\n\n> Stop:\n>\n> ~~~sh\n> rm\t\\x\n> ~~~")
    assert (indented.code, quoted.code) == ("ls | wc", "rm\t\\x")


def test_rows_of_a_table_are_units_that_know_the_names_of_the_columns():
    units = split("| metric | meaning |\n|---|---|\n| up | 1 if it is up |\n")

    assert [(unit.text, unit.label) for unit in units] == [("up · 1 if it is up", "metric · meaning")]


def test_what_stands_in_quotes_tabs_and_folded_text_is_read_too():
    units = split("> [!TAB] Linux\n> 1. a\n\n> [!DETAILS] If not\n> b\n\n> [!NOTE]\n> c")
    assert [(unit.kind, unit.text, unit.label) for unit in units] == [
        ("step", "a", "Linux"),
        ("sentence", "b", "If not"),
        ("sentence", "c", ""),
    ]


def test_a_heading_that_is_a_step_is_a_unit():
    assert [
        (unit.kind, unit.text) for unit in split("## Steps\n\n### Step 1: Look\n\n### Step 2: Act\n\nNow.")
    ] == [
        ("step", "Step 1: Look"),
        ("step", "Step 2: Act"),
        ("sentence", "Now."),
    ]


def test_bullets_outside_of_a_list_of_steps():
    assert [unit.kind for unit in split("- a\n- b\n\ntext\n")] == ["item", "item", "sentence"]
