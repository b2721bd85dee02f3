import pytest

from serving.actions.status_questions import find_asked_action

KEY, OTHER = "ab" * 16, "cd" * 16
SAID = [
    {"role": "user", "content": "restart the api deployment"},
    {"role": "assistant", "content": f"[approve it](http://airflow/dags/actions/runs/action-{KEY}/x)"},
]


@pytest.mark.parametrize(
    "asked",
    [
        "what became of it?",
        "So, did it work?",
        "was it approved",
        "status",
        "/do status",
        "Что с этим стало?",
        "а получилось?",
        "статус",
    ],
)
def test_who_asks_for_the_end_means_the_last_action(asked: str) -> None:
    assert find_asked_action(asked, SAID) == KEY


@pytest.mark.parametrize(
    "asked", ["what is the status of kafka?", "did it work yesterday for the others?", "restart it", "why?"]
)
def test_other_questions_are_questions(asked: str) -> None:
    assert find_asked_action(asked, SAID) is None


def test_the_last_one_is_meant_and_what_a_user_wrote_is_none() -> None:
    later = [*SAID, {"role": "assistant", "content": f"action-{OTHER}"}]
    assert find_asked_action("what became of it?", later) == OTHER
    typed = [{"role": "user", "content": f"action-{OTHER}"}, {"role": "tool", "content": f"action-{OTHER}"}]
    assert find_asked_action("what became of it?", typed) is None


def test_one_is_named_by_its_key() -> None:
    assert find_asked_action(f"/do status action-{OTHER}", []) == OTHER
    assert find_asked_action(f"/do status {OTHER.upper()}", SAID) == OTHER
