"""Scores units against the question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from serving.model_server.extractive.language import Intent
from serving.model_server.extractive.lexical import measure_coverage, split_words, weigh_words
from serving.model_server.extractive.prompt import Source
from serving.model_server.extractive.units import Unit

UNIT_COSINE: Final = 0.40
TITLE_COSINE: Final = 0.25
COVERAGE: Final = 0.35

_PROCEDURE_HEADINGS: Final = frozenset(
    split_words(
        "steps fix mitigation resolution procedure recovery remediation solution шаги решение исправление"
    )
)


@dataclass(frozen=True)
class ScoredUnit:
    """A unit with how well it fits: `confidence` decides whether to answer, `rank` what to quote first."""

    unit: Unit
    source: Source
    confidence: float
    rank: float


def embedding_text(unit: Unit) -> str:
    """Return the text by which a unit is embedded.

    Example:
        >>> embedding_text(Unit(1, 0, "step", "Look at the shards."))
        'Look at the shards.'
    """
    return unit.text or unit.heading or unit.codes[0].text


def is_observation(source: Source) -> bool:
    """Tell whether a source is something that happened, not something that was written about it."""
    return source.kind.startswith(("log", "metric", "k8s", "ml_"))


def score_units(
    query: str,
    intent: Intent,
    units: Sequence[Unit],
    sources: Sequence[Source],
    query_vector: npt.NDArray[np.float32],
    unit_vectors: npt.NDArray[np.float32],
    title_vectors: npt.NDArray[np.float32],
) -> list[ScoredUnit]:
    """Score every unit.

    Args:
        query: The question, or its English words.
        intent: What is asked for.
        units: Units of all sources.
        sources: The sources.
        query_vector: `(dim,)`.
        unit_vectors: `(n_units, dim)`.
        title_vectors: `(n_sources, dim)`.

    Returns:
        The units in their order, scored.
    """
    titles = {source.n: title for source, title in zip(sources, title_vectors @ query_vector, strict=True)}
    by_number = {source.n: source for source in sources}
    words = {source.n: split_words(f"{source.title} {source.text}") for source in sources}
    weights = weigh_words(split_words(query), list(words.values()))
    title_words = {source.n: split_words(source.title) for source in sources}
    scored = []
    for unit, cosine in zip(units, unit_vectors @ query_vector, strict=True):
        source = by_number[unit.source]
        code = " ".join(code.text for code in unit.codes)
        coverage = measure_coverage(weights, [*title_words[source.n], *split_words(f"{unit.text} {code}")])
        confidence = (
            UNIT_COSINE * float(cosine) + TITLE_COSINE * float(titles[source.n]) + COVERAGE * coverage
        )
        scored.append(ScoredUnit(unit, source, confidence, confidence + _prefer(intent, unit, source)))
    return scored


def _prefer(intent: Intent, unit: Unit, source: Source) -> float:
    """What the kind of question adds to a unit's rank."""
    if intent == "incident":
        return 0.15 if is_observation(source) else 0.0
    if is_observation(source):
        return -0.05
    if intent == "procedure" and unit.kind in ("step", "item"):
        section = set(split_words(unit.heading or source.title.rpartition(">")[2]))
        return (0.08 if unit.kind == "step" else 0.04) + (0.06 if section & _PROCEDURE_HEADINGS else 0.0)
    return 0.0
