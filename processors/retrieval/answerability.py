"""Does anything in an index answer a question? Told by what the best chunk has in common with it.

A ranking always has a first hit, also for a question about something that nobody wrote of. Two figures tell
such a question: how near the nearest chunk is in vector space, and how much of the question's words, the
rare ones counting most, the best chunk holds. Neither needs a model to judge.
`evaluation/measures/calibration.py` fits the weights and the balanced threshold below, and `abstention.py`
beside it measures how often the decision is right.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypedDict

from processors.retrieval.glossary import has_cyrillic
from processors.retrieval.nearest import build_nearest_query

_FIELDS: Final = ("title", "heading_path", "text", "title.ru", "heading_path.ru", "text.ru")
# A Russian word that is neither in the index nor in the glossary says less than an English one: its English
# form may be there.
_UNTRANSLATED: Final = 0.5


class Answerability(TypedDict):
    """What speaks for an answer being there.

    `cosine` is that of the question and the nearest chunk, `words` the share of the question's words, by
    their rarity, that the chunk which has most of them accounts for; 0 if no word of the question tells
    anything.
    """

    cosine: float
    words: float


class Weights(NamedTuple):
    """Of the log odds that there is an answer: `bias + cosine * … + words * …`."""

    bias: float
    cosine: float
    words: float


WEIGHTS: Final = Weights(bias=-4.55, cosine=5.18, words=10.67)
BALANCED_THRESHOLD: Final = -0.22
"""Log odds from which on answers are right the most often, both kinds of questions counting the same.

What the evidence is worth is measured here. Chosen on the golden queries with even numbers.
"""
ANSWERING_THRESHOLD: Final = -1.2
"""Least log odds at which the service answers.

It is lower, for a wrong refusal costs more than an answer whose sources can be looked at. Of six tried on the
same queries it is the highest at which less than 2 % of those with an answer are refused.
"""


def build_answerability_queries(
    words: Sequence[Sequence[str]], vector: Sequence[float], groups: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the bodies of the two searches whose responses `read_answerability` takes, in that order.

    Args:
        words: Of the question, from `list_words`.
        vector: The question's embedding.
        groups: Groups of the one who asks; what they may not see is no evidence.
    """
    allowed = {"terms": {"acl": sorted(groups)}}
    named = [_find_word(forms) for forms in words]
    found = {"bool": {"should": named, "minimum_should_match": 1, "filter": [allowed]}}
    counts: dict[str, Any] = {
        str(number): {"filter": {"bool": {"filter": [allowed, query]}}} for number, query in enumerate(named)
    }
    counts["all"] = {"filter": allowed}
    return [
        {
            "size": 1,
            "_source": False,
            "query": found if named else {"match_none": {}},
            "aggs": {"chunks": {"global": {}, "aggs": counts}},
        },
        {"size": 1, "_source": False, "query": build_nearest_query(vector, 1, allowed)},
    ]


def _find_word(forms: Sequence[str]) -> dict[str, Any]:
    found = [
        {"multi_match": {"query": form, "type": "best_fields", "operator": "and", "fields": list(_FIELDS)}}
        for form in forms
    ]
    return {"bool": {"should": found, "minimum_should_match": 1}}


def read_answerability(
    words: Sequence[Sequence[str]], responses: Sequence[Mapping[str, Any]]
) -> Answerability:
    """Return the evidence in the responses to the two searches of `build_answerability_queries`.

    Args:
        words: Of the question, from `list_words`.
        responses: Of the search for words and of that for the nearest chunk.
    """
    by_words, nearest = (response["hits"]["hits"] for response in responses)
    counts = responses[0]["aggregations"]["chunks"]
    chunks = counts["all"]["doc_count"]
    weight = sum(
        _weigh(forms, counts[str(number)]["doc_count"], chunks) for number, forms in enumerate(words)
    )
    score = float(by_words[0]["_score"]) if by_words else 0.0
    # OpenSearch scores (1 + cosine) / 2, for no score may be negative.
    cosine = 2 * float(nearest[0]["_score"]) - 1 if nearest else 0.0
    return Answerability(cosine=cosine, words=min(1.0, score / weight) if weight else 0.0)


def _weigh(forms: Sequence[str], holding: int, chunks: int) -> float:
    """Return the most that BM25 gives a word: its inverse document frequency."""
    rarity = math.log(1 + (chunks - holding + 0.5) / (holding + 0.5))
    is_foreign = not holding and len(forms) == 1 and has_cyrillic(forms[0])
    return rarity * _UNTRANSLATED if is_foreign else rarity


def score_answerability(evidence: Answerability, weights: Weights = WEIGHTS) -> float:
    """Return the log odds that there is an answer, as if half of all questions had one.

    Example:
        >>> weights = Weights(bias=-4.0, cosine=6.0, words=8.0)
        >>> score_answerability(Answerability(cosine=0.5, words=0.25), weights)
        1.0
    """
    return weights.bias + weights.cosine * evidence["cosine"] + weights.words * evidence["words"]


def should_abstain(evidence: Answerability, threshold: float = BALANCED_THRESHOLD) -> bool:
    """Tell whether the right reply is that nothing was found.

    Example:
        >>> weak, strong = Answerability(cosine=0.1, words=0.0), Answerability(cosine=0.7, words=0.6)
        >>> should_abstain(weak), should_abstain(strong)
        (True, False)
    """
    return score_answerability(evidence) < threshold
