from local.first_run import show_warnings


def test_what_was_not_read_is_printed_and_no_more_than_one_can_read() -> None:
    warnings = [f"docs:1: not read: 2 files ending in .x{number}" for number in range(15)]
    shown = show_warnings(["a.md:3: a code block is never closed", *warnings]).splitlines()
    assert shown[1] == "Of the documents, 30 files were not read:"
    assert len(shown) == 15
    assert shown[-1] == "  and 3 more lines in MLflow, warnings.txt of the version's run"


def test_where_all_was_read_nothing_is_printed() -> None:
    assert show_warnings(["a.md:3: a code block is never closed"]) == ""
