"""Labels fit their pages, and an answer that isn't just the page's procedure is told from one that is."""

import re

import pytest

from evaluation.benchmarks.procedure_answers import judge_answer
from evaluation.benchmarks.procedure_labels import ROOT, Label, Part, read_labels, read_parts

LABELS = read_labels()
STEPS = [Part(("look",)), Part((), "ls | wc"), Part(("act", "now")), Part(("wait",))]
EXACT = "Steps from X:\n\n1. Look [1]\n\n   ```sh\n   ls | wc\n   ```\n\n2. Act now. Wait. [1]\n\nQuoted."


def test_there_are_sixty_each_asked_once() -> None:
    assert len(LABELS) == len({label["query"] for label in LABELS}) == 60


@pytest.mark.parametrize("label", LABELS, ids=[label["procedure_id"] for label in LABELS])
def test_a_label_fits_the_lines_of_its_page(label: Label) -> None:
    page = (ROOT / label["page"]).read_text(encoding="utf-8")
    lines = page.split("\n")
    above = "\n".join(lines[: label["lines"][-1][0] - 1])
    if label["page"].startswith("docs/runbooks/"):
        assert above.rstrip().endswith("\n## Steps"), "the page has changed: label it anew"
    for begin, end in label["code"]:
        assert any(first <= begin <= end <= last for first, last in label["lines"])
        is_fenced = re.match(r"[\s>]*(?:```|~~~|<pre>)", lines[begin - 2])
        assert is_fenced or lines[begin - 1].startswith("    "), "the page has changed: label it anew"
    fences = sum(
        bool(re.match(r"[\s>]*(?:```|~~~)", lines[at - 1]))
        for a, b in label["lines"]
        for at in range(a, b + 1)
    )
    plain = sum(not re.match(r"[\s>]*(?:```|~~~)", lines[begin - 2]) for begin, _ in label["code"])
    assert fences == 2 * (len(label["code"]) - plain)
    assert all(part.words or part.code for part in read_parts(label, page))


def test_the_answer_of_a_page_is_exact() -> None:
    assert judge_answer(STEPS, EXACT).is_exact


@pytest.mark.parametrize(
    ("was", "told"),
    [
        ("ls | wc", "ls"),
        ("1. Look [1]\n", ""),
        ("Act now.", "Act."),
        ("2. Act now. Wait. [1]", "2. Wait. Act now. [1]"),
    ],
)
def test_what_is_missing_or_out_of_order_is_told(was: str, told: str) -> None:
    verdict = judge_answer(STEPS, EXACT.replace(was, told))
    assert verdict.missing
    assert verdict.is_silent


def test_what_belongs_to_another_procedure_is_told() -> None:
    verdict = judge_answer(STEPS, EXACT.replace("\n\nQuoted", "\n3. Sweep. [1]\n\nQuoted"))
    assert (verdict.missing, verdict.added) == ([], ["sweep"])


def test_steps_that_an_answer_says_it_leaves_out_are_not_missing_in_silence() -> None:
    cut = EXACT.replace("2. Act now. Wait. [1]", "Not shown here: 1 more steps [1]")
    verdict = judge_answer(STEPS, cut)
    assert (len(verdict.missing), verdict.added, verdict.is_silent) == (2, [], False)


def test_an_answer_to_something_else_is_no_answer_with_something_missing() -> None:
    verdict = judge_answer(STEPS, "Steps from Y:\n\n1. Sweep. [1]\n\nQuoted.")
    assert (verdict.is_exact, verdict.is_other, verdict.is_silent) == (False, True, False)


def test_naming_another_page_adds_nothing_to_a_procedure() -> None:
    assert judge_answer(STEPS, EXACT.replace("\n\nQuoted", "\n\nSee also: Y [2]\n\nQuoted")).is_exact
