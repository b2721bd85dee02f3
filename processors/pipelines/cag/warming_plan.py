"""Which questions the cache is warmed with, for whom, and in which order: what was asked comes first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Final

from processors.retrieval.cache_keys import LONGEST_QUESTION
from processors.retrieval.question.normal_form import normalise_query
from processors.retrieval.question.understanding import understand
from processors.stores.asked_questions import AskedQuestion

_MOST_ASKED: Final = 1_000
_MOST_RECENT: Final = 200
# Who has a set of groups that few others have finds nothing warmed, and the cache fills as they ask.
_MOST_SETS: Final = 32
# Questions times sets of groups: some five minutes of searching.
_MOST_WARMED: Final = 20_000
# A question that was asked a week ago counts half.
_HALF_LIFE: Final = timedelta(days=7)

Groups = tuple[str, ...]


def choose_questions(asked: Iterable[AskedQuestion], now: datetime) -> Mapping[Groups, list[str]]:
    """Return what was asked most and what was asked last, for each set of groups.

    A question counts the less the longer ago it was asked: half after a week. Questions that name a time are
    left out, for their answer is another one each time.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, tzinfo=UTC)
        >>> one = {"asked_at": "2026-11-20T00:00:00+00:00", "query": "Why?", "groups": ["public"]}
        >>> dict(choose_questions([one, {**one, "query": "why"}, {**one, "query": "how"}], now))
        {('public',): ['Why?', 'how']}
    """
    weights: dict[Groups, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    latest: dict[Groups, dict[str, datetime]] = defaultdict(dict)
    spelled: dict[str, str] = {}
    for question in asked:
        groups, form = tuple(sorted(question["groups"])), normalise_query(question["query"])
        # Anybody may write to the topic: a question from the year 9999 must not count more than one from now.
        when = min(datetime.fromisoformat(question["asked_at"]), now)
        spelled.setdefault(form, question["query"])
        weights[groups][form] += 0.5 ** ((now - when) / _HALF_LIFE)
        latest[groups][form] = max(when, latest[groups].get(form, when))
    chosen = {}
    for groups, counts in weights.items():
        most = sorted(counts, key=lambda form: -counts[form])[:_MOST_ASKED]
        last = sorted(counts, key=lambda form: latest[groups][form], reverse=True)[:_MOST_RECENT]
        chosen[groups] = [spelled[form] for form in dict.fromkeys([*most, *last])]
    return {groups: [q for q in forms if is_timeless(q, now)] for groups, forms in chosen.items()}


def is_timeless(question: str, now: datetime) -> bool:
    """Tell whether the answer to a question is worth keeping: it names no time and is no pasted log.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, tzinfo=UTC)
        >>> is_timeless("why is the cluster red", now), is_timeless("what failed yesterday", now)
        (True, False)
    """
    return len(question) <= LONGEST_QUESTION and understand(question, now).window is None


def plan_warming(asked: Mapping[Groups, list[str]], known: Iterable[str]) -> list[tuple[str, list[Groups]]]:
    """Return what is preloaded and for whom, what is most likely to be asked first.

    What each set of groups asked most comes before what is only known to be asked; for that, all sets are
    taken, those that asked most first.

    Args:
        asked: Questions by set of groups, best first.
        known: What is known to be asked by anybody.

    Example:
        >>> plan_warming({("ops",): ["Why?"]}, ["why", "how"])
        [('Why?', [('ops',), ('public',)]), ('how', [('ops',), ('public',)])]
    """
    sets = sorted({("public",), *asked}, key=lambda groups: (-len(asked.get(groups, [])), groups))[
        :_MOST_SETS
    ]
    spelled: dict[str, str] = {}
    wanted: dict[str, dict[Groups, None]] = {}
    by_rank = zip_longest(*([(groups, question) for question in asked.get(groups, [])] for groups in sets))
    first = (one for rank in by_rank for one in rank if one is not None)
    for groups, question in chain(first, ((groups, question) for question in known for groups in sets)):
        form = normalise_query(question)
        spelled.setdefault(form, question)
        wanted.setdefault(form, {})[groups] = None
    planned, left = [], _MOST_WARMED
    for form, of_sets in wanted.items():
        planned.append((spelled[form], list(of_sets)[:left]))
        left -= len(of_sets)
        if left <= 0:
            break
    return planned


def drop_repeats(questions: Iterable[str]) -> list[str]:
    """Return questions, each once by its normal form, as it was spelled first."""
    first: dict[str, str] = {}
    for question in questions:
        first.setdefault(normalise_query(question), question)
    return list(first.values())
