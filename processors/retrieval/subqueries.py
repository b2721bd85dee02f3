"""What OpenSearch is asked for a question: by its words, by its vector, by the names in it."""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.nearest import TextToEmbed, build_nearest_query

# People paste whole logs. OpenSearch refuses a query of more than 1,024 clauses, and each word makes several.
_SEARCHED_CHARACTERS: Final = 1_000
_TEXT_FIELDS: Final = ("title", "heading_path", "text")
_OTHER_FIELDS: Final = ("values", "title.ru", "heading_path.ru", "text.ru")
# Headings say in few words what a chunk is about. More weight than this costs questions in other words.
_TITLE_BOOST: Final = 0.25
# What BM25 adds for a chunk of the very service or namespace that the question names.
_NAMED_BOOST: Final = 3.0
_MARKS: Final = "?!,;:\"'`()[]{}<>«»“”„"
# A request's number, a host, a DAG: words that are a name rather than a part of the language.
_IDENTIFIER: Final = re.compile(r"(?=.*[\d_./:@-])\w[\w./:@-]{2,}\w")
_WEIGHTS: Final = (0.55, 0.45)
# A chunk that holds an identifier of the question stands above all that only look alike.
_WEIGHTS_WITH_IDENTIFIERS: Final = (0.275, 0.225, 0.5)


class SubQueries(NamedTuple):
    """A question as OpenSearch is asked it.

    Attributes:
        queries: By words; by the vector, if there is one; by identifiers, if it names some.
        weights: What the score of each counts, 1 together.
        allowed: Conditions that every chunk fulfils, part of each query already.
        words: Of the question, without the marks around them.
        identifiers: Those of the words that are names.
    """

    queries: list[dict[str, Any]]
    weights: tuple[float, ...]
    allowed: list[dict[str, Any]]
    words: list[str]
    identifiers: list[str]


def ask_in_parts(
    query: str,
    vector: Sequence[float] | TextToEmbed | None,
    candidates: int,
    allowed: list[dict[str, Any]],
) -> SubQueries:
    """Return what OpenSearch is asked for a question.

    Args:
        query: The question, as asked; the words after its first 1,000 characters are not searched for.
        vector: Its embedding, or the text for OpenSearch to embed; `None` when there is no embedder to ask,
            which leaves BM25 alone.
        candidates: How many nearest neighbours are wanted of each segment.
        allowed: Conditions, from `conditions.list_conditions`.

    Example:
        >>> asked = ask_in_parts("is rag_pipeline red?", [0.5], 50, [])
        >>> asked.weights, asked.identifiers
        ((0.275, 0.225, 0.5), ['rag_pipeline'])
    """
    stripped = (word.strip(_MARKS).rstrip(".") for word in query[:_SEARCHED_CHARACTERS].split())
    words = [word for word in stripped if word]
    identifiers = [word for word in words if _IDENTIFIER.fullmatch(word)]
    by_words = _build_words_query(words, allowed)
    if vector is None:
        return SubQueries([by_words], (1.0,), allowed, words, identifiers)
    queries = [by_words, build_nearest_query(vector, candidates, {"bool": {"filter": allowed}})]
    if not identifiers:
        return SubQueries(queries, _WEIGHTS, allowed, words, identifiers)
    queries.append(build_identifiers_query(identifiers, allowed))
    return SubQueries(queries, _WEIGHTS_WITH_IDENTIFIERS, allowed, words, identifiers)


def _build_words_query(words: Sequence[str], allowed: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the query by words: headings and text as if they were one field, and the title once more."""
    asked = " ".join(words)
    others = {"query": asked, "type": "best_fields", "fields": list(_OTHER_FIELDS), "tie_breaker": 0.5}
    found = [
        {"combined_fields": {"query": asked, "fields": list(_TEXT_FIELDS)}},
        {"match": {"title": {"query": asked, "boost": _TITLE_BOOST}}},
        {"multi_match": others},
    ]
    names = sorted({word.lower() for word in words})
    named = [
        {"constant_score": {"filter": {"terms": {field: names}}, "boost": _NAMED_BOOST}}
        for field in ("service", "namespace")
    ]
    matches = {"bool": {"should": found, "minimum_should_match": 1}}
    return {"bool": {"must": [matches], "should": named, "filter": allowed}}


def build_identifiers_query(identifiers: Sequence[str], allowed: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the query of what happened to any of the identifiers; that a page names one says less.

    Args:
        identifiers: At least one.
        allowed: Conditions that every chunk fulfils.
    """
    holds = [
        {"match": {"values": " ".join(identifiers)}},
        *(
            {"multi_match": {"query": identifier, "type": "phrase", "fields": ["title", "text"]}}
            for identifier in identifiers
        ),
    ]
    happened = [{"terms": {"kind": sorted(DYNAMIC_KINDS)}}, *allowed]
    return {
        "constant_score": {
            "filter": {"bool": {"should": holds, "minimum_should_match": 1, "filter": happened}}
        }
    }
