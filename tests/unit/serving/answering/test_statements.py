from serving.answering.statements import find_statements, split_statements


def test_a_mark_goes_behind_the_first_line_of_an_item_that_has_words() -> None:
    code = "1. ```sh\n   ls -l\n   ```\n"
    text = f"{code}   That lists the files.\n   It is quick.\n2. Restart it now\n   and wait."
    places = [(statement.text, text[: statement.end]) for statement in find_statements(text)]
    assert [said for said, _ in places] == [
        "1. That lists the files. It is quick.",
        "2. Restart it now and wait.",
    ]
    assert places[0][1].endswith("That lists the files.")
    assert places[1][1].endswith("Restart it now")


def test_code_in_a_quote_or_a_list_is_no_statement() -> None:
    for begin in ("", "- ", "> ", "1. > ", "  "):
        margin = begin.replace("-", " ").replace("1.", "  ")
        text = f"{begin}```sh\n{margin}rm one two three\n{margin}```"
        assert list(split_statements(text)) == [], begin
