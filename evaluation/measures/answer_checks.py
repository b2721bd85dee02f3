"""Checks of an answer without a judge model: are its numbers sources, its commands quoted, its steps cited?

`python -m evaluation.measures.answer_checks` asks the running service the golden questions and prints the
means.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypedDict

import httpx

from evaluation.queries.query_sets import read_golden
from processors.settings import load_settings
from serving.answering.commands import find_commands, find_unknown
from serving.answering.numbering import find_citations
from serving.answering.statements import split_statements

_MODEL: Final = "runlore-cag"
_QUESTIONS: Final = 50
_TIMEOUT_S: Final = 60


class AnswerCheck(TypedDict):
    """What is right and wrong about one answer.

    `false_citations` are numbers that no source has, `unknown_commands` code that no cited source holds, and
    `uncited` sentences and steps without a number. The counts are what these are shares of.
    """

    citations: int
    false_citations: list[int]
    commands: int
    unknown_commands: list[str]
    statements: int
    uncited: list[str]


class AnswerSummary(TypedDict):
    """Shares over all answers, in [0, 1]; 0 where there was nothing to be wrong about."""

    answers: int
    without_citations: float
    false_citations: float
    unknown_commands: float
    uncited: float


def check_answer(text: str, sources: Mapping[int, str]) -> AnswerCheck:
    """Check one answer against the texts that it cites.

    Args:
        text: The answer in Markdown.
        sources: Number of a citation to the text that the model was given under it.

    Example:
        >>> checked = check_answer("Restart it with `make run` [1]. It may take long.", {1: "Use make run."})
        >>> checked["unknown_commands"], checked["uncited"]
        ([], ['It may take long.'])
    """
    numbers = find_citations(text)
    commands = find_commands(text)
    statements = list(split_statements(text))
    cited = [sources[number] for number in dict.fromkeys(numbers) if number in sources]
    return AnswerCheck(
        citations=len(numbers),
        false_citations=[number for number in numbers if number not in sources],
        commands=len(commands),
        unknown_commands=find_unknown(commands, cited),
        statements=len(statements),
        uncited=[statement for statement in statements if not find_citations(statement)],
    )


def summarise(checks: Sequence[AnswerCheck]) -> AnswerSummary:
    """Return the shares of what is wrong over all answers.

    Raises:
        ValueError: There is no answer.
    """
    if not checks:
        raise ValueError("no answer was checked")

    def share(wrong: int, of: int) -> float:
        return wrong / of if of else 0.0

    return AnswerSummary(
        answers=len(checks),
        without_citations=share(sum(not check["citations"] for check in checks), len(checks)),
        false_citations=share(
            sum(len(check["false_citations"]) for check in checks),
            sum(check["citations"] for check in checks),
        ),
        unknown_commands=share(
            sum(len(check["unknown_commands"]) for check in checks),
            sum(check["commands"] for check in checks),
        ),
        uncited=share(
            sum(len(check["uncited"]) for check in checks), sum(check["statements"] for check in checks)
        ),
    )


def ask_and_check(service: httpx.Client, questions: Iterable[str], model: str = _MODEL) -> list[AnswerCheck]:
    """Ask a running service questions and check each answer against the sources that came with it.

    Args:
        service: Client of the service, with its key.
        questions: As people ask them. They are not written down for the cache to be warmed with.
        model: One of the service's.

    Raises:
        httpx.HTTPError: The service can't be reached or fails.
    """
    return [check_answer(*_ask(service, question, model)) for question in questions]


def _ask(service: httpx.Client, question: str, model: str) -> tuple[str, dict[int, str]]:
    """Return an answer, and the text of each source that it cites; only a stream brings the texts."""
    body = {"model": model, "messages": [{"role": "user", "content": question}], "stream": True}
    headers = {"X-Runlore-Record": "off"}
    pieces: list[str] = []
    sources: dict[int, str] = {}
    with service.stream("POST", "/v1/chat/completions", json=body, headers=headers) as response:
        response.raise_for_status()
        for event in _read_events(response.iter_lines()):
            if "event" in event:
                sources[len(sources) + 1] = "\n".join(event["event"]["data"]["document"])
            pieces += [choice["delta"].get("content") or "" for choice in event.get("choices", [])]
    return "".join(pieces), sources


def _read_events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("data: ") and line != "data: [DONE]":
            yield json.loads(line.removeprefix("data: "))


def main() -> None:
    """Ask the service that the environment names and print the shares."""
    settings = load_settings()
    questions = [query["query"] for query in read_golden() if query["relevant"]][:_QUESTIONS]
    key = settings.access.read_api_key()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=settings.service.url, headers=headers, timeout=_TIMEOUT_S) as service:
        summary = summarise(ask_and_check(service, questions))
    for name, value in summary.items():
        sys.stdout.write(f"{name:20} {value:g}\n")


if __name__ == "__main__":
    main()
