from pathlib import Path
from typing import Literal

import pytest

from serving.model_server.language.prompting import build_body
from serving.model_server.language.settings import LanguageSettings
from serving.model_server.writing import Limits, Turn

TURNS = [Turn("developer", "Be brief."), Turn("user", "Question: Why?")]


def make_settings(prompt: Literal["chat", "plain"]) -> LanguageSettings:
    return LanguageSettings(llm="m", llm_file=Path("m.gguf"), llm_prompt=prompt)


def test_a_model_with_a_template_is_given_the_turns() -> None:
    body = build_body(TURNS, Limits(), make_settings("chat"))

    assert [turn["role"] for turn in body["messages"]] == ["system", "user"]
    assert "prompt" not in body


def test_a_model_without_one_goes_on_with_a_text_and_stops_before_the_next_question() -> None:
    body = build_body(TURNS, Limits(stop=("END",)), make_settings("plain"))

    assert body["prompt"] == "Be brief.\n\nQuestion: Why?\n\nAnswer:"
    assert body["stop"] == ["END", "\nQuestion:", "<source"]


@pytest.mark.parametrize(("asked", "sent"), [(None, 256), (7, 7)])
def test_no_answer_is_without_end(asked: int | None, sent: int) -> None:
    assert build_body(TURNS, Limits(max_tokens=asked), make_settings("chat"))["max_tokens"] == sent


def test_the_likeliest_words_are_taken_unless_others_are_asked_for() -> None:
    plain = build_body(TURNS, Limits(), make_settings("chat"))
    drawn = build_body(TURNS, Limits(temperature=0.7, seed=1), make_settings("chat"))

    assert (plain["temperature"], "seed" in plain) == (0.0, False)
    assert (drawn["temperature"], drawn["seed"]) == (0.7, 1)
