"""Each threat names a test that is there."""

import re

import pytest

from tests.unit.docs.pages import ROOT, read_page

PAGE = "docs/explanation/threat-model.md"
ROWS = [
    row
    for heading in ("## STRIDE", "## OWASP Top 10 for LLM applications (2025)")
    for row in read_page(PAGE).partition(f"\n{heading}\n")[2].partition("\n## ")[0].splitlines()
    if re.match(r"\| (?:[STRIDE]|LLM\d\d) \|", row)
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_a_row_names_a_test_that_is_there(row: str) -> None:
    named = re.fullmatch(r"\|.*\| `(tests/[\w/]+\.py): (test_\w+)` \|", row)
    assert named, "its last cell is no `path: test`"
    file = ROOT / named[1]
    assert file.exists()
    assert re.search(rf"^(?:async )?def {named[2]}\(", file.read_text(encoding="utf-8"), re.MULTILINE)


def test_no_letter_and_no_number_is_left_out() -> None:
    marks = [row.split("|")[1].strip() for row in ROWS]
    assert {*marks} == {*"STRIDE"} | {f"LLM{number:02d}" for number in range(1, 11)}
