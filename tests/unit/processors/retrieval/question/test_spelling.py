import pytest

from processors.retrieval.question.chat_style import read_plainly
from processors.retrieval.question.spelling import correct_word
from processors.retrieval.question.wrapping import drop_opening


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("brokn", "broken"),
        ("anyhting", "anything"),
        ("hapenning", "hapenning"),
        ("chnaged", "changed"),
        ("restarrted", "restarted"),
        ("memery", "memory"),
        ("почму", "почему"),
        ("случлось", "случилось"),
        ("broker", "broker"),
        ("broke", "broke"),
        ("restart", "restart"),
        ("charged", "charged"),
        ("checkout", "checkout"),
        ("сломало", "сломало"),
        ("ок", "ок"),
    ],
)
def test_a_word_with_one_letter_wrong_is_understood(typed: str, meant: str) -> None:
    assert correct_word(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("WTF is broken???", "what is broken?"),
        ("heeeelp", "help"),
        ("чё упало", "что упало"),
        ("Ёлки, всё упало", "елки, все упало"),
        ("it’s down rn", "it is down now"),
    ],
)
def test_chat_is_read_as_plain_words(typed: str, meant: str) -> None:
    assert read_plainly(typed) == meant


def test_what_leads_up_to_a_question_is_dropped_unless_it_is_all() -> None:
    assert drop_opening("hi all, can you tell me what changed") == "what changed"
    assert drop_opening("а что менялось") == "что менялось"
    assert drop_opening("thanks") == "thanks"
