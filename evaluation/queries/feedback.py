"""What people said of answers, as queries: what an answer that helped has cited is relevant to its question.

`python -m evaluation.queries.feedback` prints the answers that didn't help, for people to look at: all that
they tell is that something was wrong.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import structlog
from confluent_kafka import KafkaException

from evaluation.queries.query_sets import Query
from processors.knowledge.chunk import make_id
from processors.retrieval.question.normal_form import normalise_query
from processors.settings import load_settings
from processors.settings.stores import Kafka
from processors.stores.asked_questions import RatedAnswer, read_rated

ENOUGH: Final = 20
"""Fewer queries tell nothing about a version."""
_READ_BACK: Final = 20_000
_PUBLIC: Final = "public"

log = structlog.get_logger(__name__)


def drop_repeats(rated: Iterable[RatedAnswer]) -> list[RatedAnswer]:
    """Return the last rating of each answer: who changes their mind rates once."""
    last: dict[str, RatedAnswer] = {}
    for rating in sorted(rated, key=lambda one: one["rated_at"]):
        last[rating["answer_id"]] = rating
    return list(last.values())


def make_feedback_queries(rated: Iterable[RatedAnswer], known_documents: set[str]) -> list[Query]:
    """Return the questions whose answers helped more often than not, with what those answers cited.

    Only questions of people who see what is public alone: MLflow shows each question to all who look there.

    Args:
        rated: Ratings of answers.
        known_documents: Ids of the documents in the corpus. What isn't there any more answers nothing.

    Example:
        >>> rating = {"rated_at": "2026-11-21T10:00:00+00:00", "answer_id": "a", "rating": 1, "query": "Why?",
        ...           "groups": ["public"], "comment": "", "abstained": False,
        ...           "cited": [{"doc_id": "d", "title": "T", "index": "cag-v000001"}]}
        >>> [query["relevant"] for query in make_feedback_queries([rating], {"d"})]
        [{'d': 1}]
        >>> worse = {**rating, "answer_id": "b", "rating": -1}
        >>> make_feedback_queries([rating, worse], {"d"})
        []
    """
    votes: dict[str, int] = defaultdict(int)
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    spelled: dict[str, str] = {}
    for rating in drop_repeats(rated):
        if rating["groups"] != [_PUBLIC]:
            continue
        form = normalise_query(rating["query"])
        spelled.setdefault(form, rating["query"])
        votes[form] += rating["rating"]
        if rating["rating"] > 0 and not rating["abstained"]:
            found = (one["doc_id"] for one in rating["cited"] if one["doc_id"] in known_documents)
            relevant[form] |= dict.fromkeys(found, 1)
    return [
        Query(query_id=f"feedback-{make_id(form)[:12]}", query=spelled[form], relevant=relevant[form])
        for form, balance in votes.items()
        if balance > 0 and relevant[form]
    ]


def list_disliked(rated: Iterable[RatedAnswer]) -> list[RatedAnswer]:
    """Return the ratings of answers that didn't help, newest first."""
    disliked = [rating for rating in drop_repeats(rated) if rating["rating"] < 0]
    return sorted(disliked, key=lambda one: one["rated_at"], reverse=True)


def load_feedback(broker: Kafka, known_documents: set[str]) -> list[Query]:
    """Return the queries of the ratings in the stream, none while they are too few or Kafka is down."""
    try:
        rated = read_rated(broker, _READ_BACK)
    except (KafkaException, TimeoutError) as error:
        log.warning("ratings can't be read", error=str(error))
        return []
    queries = make_feedback_queries(rated, known_documents)
    return queries if len(queries) >= ENOUGH else []


def main() -> None:
    """Print the answers that didn't help."""
    settings = load_settings()
    rated = read_rated(settings.kafka, _READ_BACK)
    for rating in list_disliked(rated):
        cited = ", ".join(one["title"] for one in rating["cited"]) or "nothing"
        sys.stdout.write(f"{rating['rated_at']} {rating['query']}\n  cited: {cited}\n")
        if rating["comment"]:
            sys.stdout.write(f"  said: {rating['comment']}\n")
    up = sum(rating["rating"] > 0 for rating in drop_repeats(rated))
    sys.stdout.write(f"{up} answers helped, {len(list_disliked(rated))} didn't\n")


if __name__ == "__main__":
    main()
