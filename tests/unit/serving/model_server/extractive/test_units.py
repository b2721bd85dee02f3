from textwrap import dedent

from serving.model_server.extractive.prompt import Source
from serving.model_server.extractive.units import Code, Unit, split_units


def split(text: str, kind: str = "runbook") -> list[Unit]:
    return split_units(Source(1, "Page", kind, "", dedent(text)))


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

    assert [(unit.kind, unit.number) for unit in units] == [("step", 1), ("step", 2), ("step", 3)]
    assert {unit.list_id for unit in units} == {1}
    assert {unit.heading for unit in units} == {"Steps"}
    assert units[0].codes == (Code("bash", 'curl -s "$OPENSEARCH_URL/_cat/shards"'),)
    assert units[1].text == "Choose:\n- restart it,\n- or wait."
    assert units[2].text == "Look again, until it is green."


def test_lists_under_different_headings_are_different_lists():
    units = split("## A\n\n1. One.\n\n## B\n\n1. Two.\n")

    assert [unit.list_id for unit in units] == [1, 2]


def test_paragraphs_are_cut_into_sentences_and_code_goes_with_the_last():
    units = split("It is red. Nobody\nwrites.\n\n```\nls\n```\n")

    assert [unit.text for unit in units] == ["It is red.", "Nobody writes."]
    assert units[1].codes == (Code("", "ls"),)


def test_code_that_was_cut_off_from_its_step_is_a_unit_without_text():
    first, second = split("   ```bash\n   ls\n   ```\n\n4. Go on.\n")

    assert (first.text, first.codes[0].text) == ("", "ls")
    assert (second.kind, second.number) == ("step", 4)


def test_a_fence_that_never_closes_ends_with_the_source():
    (unit,) = split("Run:\n\n```sh\nls\nrm x")

    assert unit.codes == (Code("sh", "ls\nrm x"),)


def test_every_line_of_a_log_is_a_unit_and_no_markdown():
    units = split("# not a heading\n\n1. not a step\n", kind="log_pattern")

    assert [(unit.kind, unit.text) for unit in units] == [
        ("line", "# not a heading"),
        ("line", "1. not a step"),
    ]


def test_table_rows_are_units():
    units = split("| metric | meaning |\n|---|---|\n| up | 1 if it is up |\n")

    assert [unit.text for unit in units] == ["metric · meaning", "up · 1 if it is up"]


def test_bullets_outside_of_a_list_of_steps():
    assert [unit.kind for unit in split("- a\n- b\n\ntext\n")] == ["item", "item", "sentence"]


def test_how_often_and_when_comes_with_what_was_logged():
    text = (
        "4 log lines of payment (error) at 10:00:00 UTC:\nNew: never before.\n"
        "ERROR declined 1\nERROR declined 2"
    )
    assert [unit.text for unit in split(text, kind="log_pattern")] == [
        "4 log lines of payment (error) at 10:00:00 UTC: ERROR declined 1",
        "ERROR declined 2",
        "New: never before.",
    ]


def test_alerts_and_runs_of_pipelines_are_read_by_lines():
    for kind in ("alert", "pipeline_run"):
        assert [unit.text for unit in split("It fires. Now.\n1. no step", kind=kind)] == [
            "It fires. Now.",
            "1. no step",
        ]
