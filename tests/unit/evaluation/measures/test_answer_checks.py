"""An answer's numbers, commands and statements are held against what it cites."""

import json

import httpx
import pytest

from evaluation.measures.answer_checks import (
    AnswerCheck,
    ask_and_check,
    check_answer,
    find_citations,
    find_commands,
    find_unknown,
    split_statements,
    summarise,
)

SOURCE = '1. Look at the disk.\n\n   ```sh\n   df -h  "$RUNLORE_HOME"\n   ```\n\n2. Delete `logs/*.1`.'
ANSWER = """## What to do

Look at the disk [1]:

```sh
df -h "$RUNLORE_HOME"
echo ${a[7]}
```

1. Delete `logs/*.1`, never `logs/*`. Then wait. [1]
2. Restart OpenSearch
   and Kafka.

That helps most of the time.[2] Call somebody if not!
"""


def test_an_answer_is_checked_against_what_it_cites() -> None:
    assert check_answer(ANSWER, {1: SOURCE}) == AnswerCheck(
        citations=3,
        false_citations=[2],
        commands=4,
        unknown_commands=["echo ${a[7]}", "logs/*"],
        statements=4,
        uncited=["2. Restart OpenSearch and Kafka.", "Call somebody if not!"],
    )


def test_a_command_of_a_source_that_is_not_cited_is_unknown() -> None:
    assert check_answer("Run `df -h`.", {1: "Run df -h"})["unknown_commands"] == ["df -h"]
    assert check_answer("Run `df -h` [2].", {1: "Run df -h", 2: "x"})["unknown_commands"] == ["df -h"]
    assert check_answer("Run `df -h` [1].", {1: "Run df -h", 2: "x"})["unknown_commands"] == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("", []), ("[1][2]", [1, 2]), ("[ 1 ]", []), ("[link](x) [a]", []), ("```\n[1]\n```\n[3]", [3])],
)
def test_only_numbers_in_brackets_outside_of_code_are_citations(text: str, numbers: list[int]) -> None:
    assert find_citations(text) == numbers


def test_a_code_block_that_was_cut_off_is_one_still() -> None:
    assert find_commands("See:\n```sh\nls -l\nrm x") == ["ls -l", "rm x"]
    assert list(split_statements("This is it:\n```\nno statement at all\n```")) == []


def test_commands_are_compared_as_they_are_but_for_blanks() -> None:
    assert find_unknown(["kubectl  get pods"], ["kubectl get\n  pods"]) == []
    assert find_unknown(["kubectl get Pods"], ["kubectl get pods"]) == ["kubectl get Pods"]
    assert find_unknown(["ls"], []) == ["ls"]


def test_sentences_keep_the_citation_behind_their_full_stop() -> None:
    text = "Откатите версию. [1] Проверьте алиас `rag`. [2][3]\nПотом подождите 1.5 минуты."
    assert list(split_statements(text)) == [
        "Проверьте алиас `rag`. [2][3]",
        "Потом подождите 1.5 минуты.",
    ]


def test_what_is_indented_belongs_to_its_step() -> None:
    text = """1. Look at the log. [1]

   ```sh
   tail x.log
   ```

   - `No space left`: free some.

   That takes a while.
2. Wait for the alert to end.
"""
    assert list(split_statements(text)) == [
        "1. Look at the log. [1] - `No space left`: free some. That takes a while.",
        "2. Wait for the alert to end.",
    ]


def test_what_the_embedded_model_says_of_its_answer_needs_no_citation() -> None:
    answer = "Restart it now [1].\n\nQuoted from the sources, not written by a language model."
    assert list(split_statements(answer)) == ["Restart it now [1]."]
    assert list(split_statements("Не знаю: в найденных источниках нет ответа на этот вопрос.")) == []


def test_the_summary_is_over_all_that_was_said() -> None:
    good = check_answer("Look at the disk now [1].", {1: "x"})
    bad = check_answer("Look at the disk now. Run `rm -rf /` as root. Is it [9]?", {1: "x"})
    assert summarise([good, bad]) == {
        "answers": 2,
        "without_citations": 0.0,
        "false_citations": 0.5,
        "unknown_commands": 1.0,
        "uncited": pytest.approx(2 / 3),
    }
    assert summarise([check_answer("", {})])["without_citations"] == 1.0
    with pytest.raises(ValueError, match="no answer"):
        summarise([])


def test_the_service_is_asked_unrecorded_and_its_sources_are_read_from_the_stream() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["X-Runlore-Record"] == "off"
        body = json.loads(request.content)
        assert (body["stream"], body["model"]) == (True, "runlore-cag")
        question = body["messages"][0]["content"]
        source = {"type": "source", "data": {"document": ["Run make run to start."]}}
        events = [
            {"choices": [{"delta": {"role": "assistant", "content": ""}}]},
            {"choices": [{"delta": {}}], "event": source},
            {"choices": [{"delta": {"content": f"{question} needs "}}]},
            {"choices": [{"delta": {"content": "`make run` [1] [2]."}}]},
            {"choices": [{"delta": {}}], "runlore": {}},
        ]
        lines = [f"data: {json.dumps(event)}\n\n" for event in events]
        return httpx.Response(200, text="".join([*lines, "data: [DONE]\n\n"]))

    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://service") as service:
        [checked] = ask_and_check(service, ["It"])
    assert checked["false_citations"] == [2]
    assert checked["unknown_commands"] == []
    assert (checked["commands"], checked["statements"], checked["uncited"]) == (1, 1, [])


def test_a_service_that_fails_is_an_error_and_no_bad_answer() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(503))
    with (
        httpx.Client(transport=transport, base_url="http://service") as service,
        pytest.raises(httpx.HTTPStatusError),
    ):
        ask_and_check(service, ["It"])
