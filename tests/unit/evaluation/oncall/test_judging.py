"""An answer is right only with the words, the sources and the language of a right one."""

import pytest

from evaluation.oncall.judging import Answer, Cited, judge_answer
from evaluation.oncall.questions import Question

WHY: Question = {
    "query_id": "x", "query": "why is checkout down", "language": "en", "kind": "why", "split": "open",
    "place": "checkout", "says": [["1.4.3", "pulled"]], "cites": "observations",
}  # fmt: skip
SEEN = Cited("Deployment checkout", "image shop/checkout:1.4.3 can't be pulled, 2 of 3 are ready")
RIGHT = "Deployment checkout: image shop/checkout:1.4.3 can't be pulled, since 11:51 UTC. [1]"


def judge(text: str, *cited: Cited, **asked: object) -> tuple[str, ...]:
    question: Question = {**WHY, **asked}  # type: ignore[typeddict-item]
    return judge_answer(question, Answer(text, cited, 0.1)).faults


def test_a_right_answer_has_no_fault() -> None:
    assert judge(RIGHT, SEEN) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Deployment checkout is ready. [1]", "doesn't say 1.4.3 or pulled"),
        (f"{RIGHT}\nDeployment invoices is killed. [1]", "tells of invoices"),
        (f"{RIGHT}\nPod checkout-6c9d7 waits. [1]", "made up: checkout-6c9d7"),
        (f"{RIGHT}\nНичего не сломано.", "another language"),
    ],
)
def test_what_is_wrong_is_told(text: str, fault: str) -> None:
    assert judge(text, SEEN) == (fault,)


def test_without_a_source_or_an_example_it_is_a_dead_end() -> None:
    assert "a dead end" in judge("I don't know.")
    assert "a dead end" not in judge("I don't know.\n\nAsk me, for example:\n\n- Is invoices down?")


def test_examples_of_what_can_be_asked_tell_of_nothing_else() -> None:
    assert judge(f"{RIGHT}\n\nAsk me, for example:\n\n- Why is invoices down?", SEEN) == ()


def test_a_count_is_told_by_the_first_sentence_and_is_no_part_of_a_time() -> None:
    count = {"kind": "count", "says": [["2"]], "query": "how many replicas of checkout are ready"}
    assert judge("2 replicas of checkout are ready. [1]", SEEN, **count) == ()
    assert judge("As of 11:02 checkout is ready.\n2 replicas. [1]", SEEN, **count) == ("doesn't say 2",)


def test_the_first_page_that_is_cited_is_the_one_that_was_meant() -> None:
    asked = {"kind": "procedure", "says": [], "cites": "pages", "pages": ["redis-down.md"], "place": ""}
    page, other = Cited("Redis", "Restart it.", "redis-down.md"), Cited("Disk", "Look.", "disk-full.md")
    assert judge("Restart it. [1]", page, **asked) == ()
    assert judge("Look. [1] Restart it. [2]", other, page, **asked) == ("is from disk-full.md",)


def test_a_place_that_is_not_there_is_said_not_to_be_known() -> None:
    asked = {"cites": "nothing_known", "says": [["wishlist"]], "place": "wishlist", "query": "wishlist ok?"}
    end = "\n\nAsk me, for example:\n\n- x"
    assert judge(f"Nothing is recorded of service wishlist.{end}", **asked) == ()
    assert judge(f"Service wishlist is fine.{end}", **asked) == ("doesn't say that it isn't known",)
