"""Checks of an answer without a judge model: are its numbers sources, its commands quoted, its steps cited?

`python -m evaluation.answer_checks` asks the running service the golden questions and prints the means.
"""

import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypedDict

import httpx

from evaluation.query_sets import read_golden
from processors.settings import load_settings
from serving.model_server.extractive.language import PHRASES

_MODEL: Final = "runlore-cag"
_QUESTIONS: Final = 50
_TIMEOUT_S: Final = 60

_CITATION: Final = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_FENCE: Final = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:^[ \t]*\1|\Z)", re.MULTILINE | re.DOTALL)
_INLINE: Final = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_ITEM: Final = re.compile(r"^(?:[-*+]|\d+[.)])\s+")
# Blank lines part blocks, and so does an item; what is indented goes on with the item before it.
_BLOCK_END: Final = re.compile(r"\n\s*\n(?!\s)|\n(?=(?:[-*+]|\d+[.)])\s)")
_NO_STATEMENT: Final = re.compile(r"^\s*(?:#{1,6}\s|\||[-*_]{3,}\s*$|>?\s*$)")
# A citation may stand after the full stop.
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])((?:\s*\[\d[\d,\s]*\])*)\s+(?=[^\s\[])")
_WORDS: Final = re.compile(r"\w+")
_FEWEST_WORDS: Final = 3
# What the embedded model says of its answer, and that it has none.
_NOTICES: Final = frozenset(
    notice
    for phrases in PHRASES.values()
    for notice in (phrases.extractive, phrases.unknown, phrases.no_sources)
)


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


def find_citations(text: str) -> list[int]:
    """Return the numbers that an answer cites, in their order; what stands in code is no citation.

    Example:
        >>> find_citations("Look [2], then act [1, 3]. `a[4]`")
        [2, 1, 3]
    """
    prose = _INLINE.sub("", _FENCE.sub("", text))
    return [int(number) for found in _CITATION.findall(prose) for number in found.split(",")]


def find_commands(text: str) -> list[str]:
    """Return the code of an answer: each line of its code blocks, and its inline code.

    Example:
        >>> find_commands("Run `ls`:\\n\\n```sh\\ncd /tmp\\n\\nls -l\\n```\\n")
        ['cd /tmp', 'ls -l', 'ls']
    """
    lines = (line.strip() for _, block in _FENCE.findall(text) for line in block.splitlines())
    return [line for line in lines if line] + _INLINE.findall(_FENCE.sub("", text))


def find_unknown(commands: Collection[str], sources: Collection[str]) -> list[str]:
    """Return the commands that occur in none of the sources as they are; runs of blanks count as one.

    A part of a longer word or path is another command: `rm -r /` is not `rm -r /tmp/x`.

    Example:
        >>> find_unknown(["rm -r /", "make run"], ["Never rm -r /tmp/x. Use make  run."])
        ['rm -r /']
    """
    held = [" ".join(source.split()) for source in sources]
    patterns = {command: _match_whole(" ".join(command.split())) for command in commands}
    return [command for command in commands if not any(map(patterns[command].search, held))]


def _match_whole(command: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/.*-]){re.escape(command)}(?![\w/*-]|\.\w)")


def split_statements(text: str) -> Iterator[str]:
    """Yield what an answer says: each item of a list with all that belongs to it, and each sentence of prose.

    Headings, tables and code are not statements, nor are a line that introduces what follows it with a colon,
    a remark of fewer than three words, and what the embedded model says of itself.

    Example:
        >>> list(split_statements("Do this:\\n\\n1. Stop it. Wait. [1]\\n   - Not now.\\n\\nIt is safe [2]."))
        ['1. Stop it. Wait. [1] - Not now.', 'It is safe [2].']
    """
    for block in _BLOCK_END.split(_FENCE.sub("\n", text)):
        kept = [line.strip() for line in block.splitlines() if not _NO_STATEMENT.match(line)]
        joined = " ".join(kept)
        parts = [joined] if _ITEM.match(joined) else _split_sentences(joined)
        for part in parts:
            words = _WORDS.findall(_CITATION.sub("", part))
            if len(words) >= _FEWEST_WORDS and not part.endswith(":") and part not in _NOTICES:
                yield part


def _split_sentences(prose: str) -> list[str]:
    begin, sentences = 0, []
    for end in _SENTENCE_END.finditer(prose):
        sentences.append(prose[begin : end.end(1)])
        begin = end.end()
    return [sentence for sentence in (*sentences, prose[begin:]) if sentence]


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
    key = settings.api_key_file.read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=settings.url, headers=headers, timeout=_TIMEOUT_S) as service:
        summary = summarise(ask_and_check(service, questions))
    for name, value in summary.items():
        sys.stdout.write(f"{name:20} {value:g}\n")


if __name__ == "__main__":
    main()
