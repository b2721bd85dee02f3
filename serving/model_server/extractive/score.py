"""Scores units against the question.

Confidence is a weighted sum of two cosines, of question with unit and of question with title, and of the
share of the question's words that unit and title have. Weights and `select.ANSWER_THRESHOLD` were fitted on
the hard alert queries of prometheus-operator/runbooks (161; for 153 the 8 nearest chunks hold the right page)
against 80 off-topic questions (cooking, sport, travel …; 20 in Russian) on the same pages. The
figures for the stack's own runbooks were in sight while choosing, so read those as optimistic. Measured
again since pages are read as trees, with the weights as they were:

| questions, with the 8 nearest chunks as sources       | answered  |
|-------------------------------------------------------|-----------|
| prometheus-operator/runbooks, the page is among them  | 152 / 153 |
| … off-topic                                           | 0 / 80    |
| own runbooks, English, the page is among them         | 95 / 105  |
| own runbooks, Russian, the page is among them         | 34 / 34   |
| … about operations, but on no page                    | 9 / 66    |
| … off-topic                                           | 0 / 80    |

The glossary takes "Мастера и Маргариту" for a master node, so words that it doesn't know count as well. The
last four rows were measured before they did.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from processors.knowledge.blocks.sections import PATH
from processors.knowledge.steps.headings import is_about_steps
from serving.model_server.extractive.intent import Intent
from serving.model_server.extractive.lexical import measure_coverage, split_words, weigh_words
from serving.model_server.extractive.observations import is_observation
from serving.model_server.extractive.pages import Page
from serving.model_server.extractive.prompt import Source
from serving.model_server.extractive.units import Unit

UNIT_COSINE: Final = 0.4
TITLE_COSINE: Final = 0.3
COVERAGE: Final = 0.3
# The weight of a word that can't be looked for: half of what one has that no source has.
_UNKNOWN: Final = 0.5

# Kinds whose severity says how things stand. Of a log line or a training run, "info" is only the usual.
_JUDGED: Final = ("metric", "alert", "k8s", "pipeline", "incident")
_WRONG: Final = ("error", "critical")
# How much sooner what is wrong is quoted than what fits alike, and if the question is whether anything is.
_OF_WRONG: Final = 0.03
_OF_WRONG_IF_ASKED: Final = 0.2
_ASKS_FOR_WRONG: Final = re.compile(
    r"\b(?:un)?health|\b(?:ok|okay|fine|broken|wrong|problems?|troubles?|issues?)\b"
    r"|здоров|в порядке|сломан|не так|проблем",
    re.IGNORECASE,
)
_CAUSE_HEADING: Final = re.compile(r"\b(?:why|causes?|root cause|meaning)\b|почему|причин", re.IGNORECASE)


@dataclass(frozen=True)
class ScoredUnit:
    """A unit with how well it fits: `confidence` decides whether to answer, `rank` what to quote first.

    `coverage` is the share of the question's words that it has.
    """

    unit: Unit
    page: Page
    confidence: float
    rank: float
    coverage: float = 0.0

    @property
    def source(self) -> Source:
        """Where it is from."""
        return self.page.source


def embedding_text(unit: Unit) -> str:
    """Return the text by which a unit is embedded.

    Example:
        >>> embedding_text(Unit(1, 0, "step", "Look at the shards."))
        'Look at the shards.'
    """
    return unit.text or unit.heading or unit.code


def is_calm(source: Source) -> bool:
    """Tell whether a source says that something goes well."""
    return source.severity == "info" and source.kind.startswith(_JUDGED)


def has_failed(source: Source) -> bool:
    """Tell whether a source says that something is wrong, not only that it may become so."""
    return source.severity in _WRONG and source.kind.startswith((*_JUDGED, "log"))


def is_headline(unit: Unit, source: Source) -> bool:
    """Tell whether a unit is the sentence with which something observed is summed up."""
    return unit.order == 0 and is_observation(source)


def score_units(
    query: str,
    weights: Mapping[str, float],
    intent: Intent,
    units: Sequence[Unit],
    pages: Sequence[Page],
    query_vector: npt.NDArray[np.float32],
    unit_vectors: npt.NDArray[np.float32],
    title_vectors: npt.NDArray[np.float32],
) -> list[ScoredUnit]:
    """Score every unit.

    Args:
        query: The question, or its English words.
        weights: Of the question's words.
        intent: What is asked for.
        units: Units of all sources.
        pages: The sources.
        query_vector: `(dim,)`.
        unit_vectors: `(n_units, dim)`.
        title_vectors: `(n_sources, dim)`.

    Returns:
        The units in their order, scored.
    """
    numbers = [page.source.n for page in pages]
    titles = dict(zip(numbers, title_vectors @ query_vector, strict=True))
    by_number = dict(zip(numbers, pages, strict=True))
    title_words = {page.source.n: split_words(page.source.title) for page in pages}
    wrong = _OF_WRONG_IF_ASKED if _ASKS_FOR_WRONG.search(query) else _OF_WRONG
    scored = []
    for unit, cosine in zip(units, unit_vectors @ query_vector, strict=True):
        page = by_number[unit.source]
        said = split_words(f"{unit.text} {unit.code} {unit.label}")
        coverage = measure_coverage(weights, [*title_words[unit.source], *said])
        confidence = (
            UNIT_COSINE * float(cosine) + TITLE_COSINE * float(titles[unit.source]) + COVERAGE * coverage
        )
        rank = confidence + _prefer(intent, unit, page, wrong)
        scored.append(ScoredUnit(unit, page, confidence, rank, coverage))
    return scored


def weigh_question(query: str, unknown: Iterable[str], pages: Sequence[Page]) -> dict[str, float]:
    """Give each word of a question its weight among the sources.

    Args:
        query: The question, or its English words.
        unknown: Words of the question that have no English one: no source can be looked through for them.
        pages: The sources.
    """
    told = [split_words(f"{page.source.title} {page.source.text}") for page in pages]
    return {**dict.fromkeys(unknown, _UNKNOWN), **weigh_words(split_words(query), told)}


def _prefer(intent: Intent, unit: Unit, page: Page, wrong: float) -> float:
    """What the kind of question adds to a unit's rank; `wrong` is what something that failed gets."""
    source, section = page.source, section_of(unit, page.source)
    if intent == "incident":
        if is_observation(source):
            return 0.15 + 0.05 * (is_headline(unit, source) - is_calm(source)) + wrong * has_failed(source)
        return 0.05 if _CAUSE_HEADING.search(section) else 0.0
    if is_observation(source):
        return -0.05
    if intent == "procedure" and is_instruction(unit, page):
        return 0.14 if is_about_steps(section) else 0.08
    return 0.0


def section_of(unit: Unit, source: Source) -> str:
    """Return the heading that a unit stands under: its own, or the last of the source's title."""
    return unit.heading or source.title.rpartition(PATH)[2]


def is_instruction(unit: Unit, page: Page) -> bool:
    """Tell whether a unit says what to do: a step, or a bullet item of a section about doing.

    Example:
        >>> from serving.model_server.extractive.pages import read_page
        >>> titles = ("Disk full > Why", "Disk full > Fix")
        >>> pages = [read_page(Source(1, title, "runbook", "", "- Look.")) for title in titles]
        >>> [is_instruction(page.units[0], page) for page in pages]
        [False, True]
    """
    return unit.kind in ("step", "item") and any(one.is_steps and one.holds(unit) for one in page.procedures)
