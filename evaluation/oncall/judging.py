"""Whether an answer is right: by rules on its words, its citations and its language."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from evaluation.oncall.afternoon import FAULTS
from evaluation.oncall.questions import Question
from processors.retrieval.language import find_language

_SCOPED: Final = ("wrong", "why", "health")
# What is counted and measured is told by the first sentence; what follows shows it.
_BY_VERDICT: Final = ("count",)
_CITATION: Final = re.compile(r"\[\d+(?:, \d+)*\]")
_CODE: Final = re.compile(r"```.*?```", re.DOTALL)
_SUGGESTS: Final = ("ask me, for example", "спросите, например")
_UNKNOWN: Final = ("nothing is recorded of", "ничего не записано")
# A name of a thing is told from a word by a digit or a mark within, a figure by its length.
_NAME: Final = re.compile(r"[a-z][\w.-]*[-_\d][\w.-]*\w|\d[\d,]*\.\d+|\d{3,}", re.IGNORECASE)
_TIMES: Final = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}(?::\d{2})?")


class Cited(NamedTuple):
    """A source that an answer cites; `page` is empty for what was observed."""

    title: str
    text: str
    page: str = ""


class Answer(NamedTuple):
    """What was answered, the sources that it cites, and how long it took."""

    text: str
    cited: tuple[Cited, ...]
    seconds: float
    own: str = ""
    """What it may name without a source: the platform's own versions."""


class Verdict(NamedTuple):
    """What is wrong with an answer; nothing if `faults` is empty."""

    faults: tuple[str, ...]
    is_dead_end: bool
    made_up: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults


def judge_answer(question: Question, answer: Answer) -> Verdict:
    """Compare an answer with what a right one says and cites.

    Args:
        question: With what is right.
        answer: The one that was given.
    """
    made_up = tuple(find_made_up(question, answer))
    is_dead_end = ends_dead(question, answer)
    faults = [
        *_miss_words(question, answer),
        *_miss_sources(question, answer),
        *_tell_of_others(question, answer),
        *(f"made up: {name}" for name in made_up),
        *(["a dead end"] if is_dead_end else []),
        *([] if _is_in_language(question, answer) else ["another language"]),
    ]
    return Verdict(tuple(faults), is_dead_end, made_up)


def _miss_words(question: Question, answer: Answer) -> Iterable[str]:
    told = _CITATION.sub("", answer.text).lower()
    if question["kind"] in _BY_VERDICT:
        told = told.partition("\n")[0]
    for group in question["says"]:
        if not any(_has(told, word.lower()) for word in group):
            yield f"doesn't say {' or '.join(group)}"
    if question["cites"] == "nothing_known" and not any(phrase in told for phrase in _UNKNOWN):
        yield "doesn't say that it isn't known"


def _has(text: str, word: str) -> bool:
    """Tell whether a text has a word; a figure stands for itself.

    Example:
        >>> _has("12 pods", "1"), _has("1 pod", "1"), _has("pulled", "pull")
        (False, True, True)
    """
    if word.isdigit():
        # The parts of a time and of a version are none.
        return re.search(rf"(?<![\d.,:]){word}(?!\d|[.,:]\d)", text) is not None
    return word in text


def _miss_sources(question: Question, answer: Answer) -> Iterable[str]:
    pages = [source.page for source in answer.cited if source.page]
    if question["cites"] == "pages" and not set(pages[:1]) & set(question.get("pages", ())):
        yield f"is from {pages[0] if pages else 'no page'}"
    if question["cites"] == "observations" and not any(not source.page for source in answer.cited):
        yield "cites nothing that was observed"


def _tell_of_others(question: Question, answer: Answer) -> Iterable[str]:
    """Yield the faults elsewhere that the answer to a question about a place tells of."""
    place, told = question["place"], _cut_examples(answer.text.lower())
    if not place or question["kind"] not in _SCOPED:
        return
    meant = (word for group in question["says"] for word in group)
    asked = " ".join([question["query"], *question.get("before", ()), *meant]).lower()
    for name, namespace in FAULTS.items():
        is_meant = name in asked or place in (name, namespace) or name in place or place == "node"
        if not is_meant and re.search(rf"\b{re.escape(name)}\b", told):
            yield f"tells of {name}"


def _cut_examples(text: str) -> str:
    """Return an answer without the examples of what can be asked."""
    begins = (at for phrase in _SUGGESTS if (at := text.lower().find(phrase)) >= 0)
    return text[: min(begins, default=len(text))]


def find_made_up(question: Question, answer: Answer) -> list[str]:
    """Return the names and figures of an answer that none of its sources holds.

    Counts are short and are what the product counted itself; times are written in several ways.

    Args:
        question: Whose words may be said again.
        answer: With its sources.
    """
    held = " ".join(
        [question["query"], *question.get("before", ()), answer.own]
        + [f"{source.title} {source.text} {source.page}" for source in answer.cited]
    ).lower()
    told = _TIMES.sub(" ", _CITATION.sub("", _cut_examples(answer.text))).replace("\\", "")
    names = dict.fromkeys(name.lower() for name in _NAME.findall(told))
    return [name for name in names if name not in held]


def ends_dead(question: Question, answer: Answer) -> bool:
    """Tell whether whoever asked is left with nothing to go on with.

    Args:
        question: Answers that need no source are no dead end.
        answer: Without citation or example of what to ask it is one.
    """
    if question["cites"] == "nothing":
        return not answer.text.strip()
    suggests = any(phrase in answer.text.lower() for phrase in _SUGGESTS)
    return not (answer.cited or suggests)


def _is_in_language(question: Question, answer: Answer) -> bool:
    """Tell whether our own sentences are in the language of the question; quotes are as they are."""
    if question["language"] == "ru":
        return find_language(answer.text) == "ru" or bool(re.search("[а-яё]{4}", answer.text.lower()))
    return not re.search("[а-яё]{4}", _CODE.sub("", answer.text).lower())
