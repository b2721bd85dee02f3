"""Readings of figures: how often, how much, and which there are."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from processors.knowledge.severities import GRAVE
from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.question.words import list_words
from processors.retrieval.readings import (
    comparing,
    counting,
    listing,
    matching,
    subjects,
    values,
    wrong,
)
from processors.retrieval.readings.mentions import find_mentions
from processors.retrieval.readings.replicas import tell_replicas
from processors.retrieval.readings.requests import (
    MOST_COUNTED,
    build_first_query,
    build_metrics_query,
    build_seen_query,
    build_time_condition,
)
from processors.retrieval.readings.seen import Seen, parse_seen
from processors.retrieval.readings.trouble import LASTING
from serving.retrieval.readings.scope import read_unseen
from serving.retrieval.readings.trouble import gather_wrong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.retrieval.question.time_window import TimeWindow
    from processors.retrieval.readings.reading import Reading
    from serving.retrieval.readings.asking import Asking

_COUNTED_BACK: Final = timedelta(days=1)
_MEASURED_BACK: Final = timedelta(hours=3)


async def _choose(asking: Asking, subject: subjects.Subject) -> tuple[list[Seen], counting.Bound]:
    """Return the observations that a question wants counted or listed, and whether they are all of them."""
    kinds = matching.KINDS.get(subject, tuple(DYNAMIC_KINDS))
    is_present = subject in counting.PRESENT and not asking.window
    lasting = [kind for kind in kinds if kind in LASTING]
    fleeting = [kind for kind in kinds if kind not in LASTING]
    since = None if asking.window else asking.now - _COUNTED_BACK
    conditions = [*_list_logged(asking, subject), *asking.of_time]
    bodies = [
        build_seen_query(conditions, of_kinds, since=begin, size=MOST_COUNTED)
        for of_kinds, begin in ((lasting, None if is_present else since), (fleeting, since))
        if of_kinds
    ]
    found, is_all = await asking.find_all(*bodies)
    chosen = counting.choose_counted(asking.question.searched, subject, found, list_topic(asking))
    return chosen, counting.choose_bound(subject, chosen, asking.window, is_all=is_all)


def list_topic(asking: Asking) -> Sequence[Sequence[str]]:
    """Return the words that tell what a question is about, without those that name its places.

    Args:
        asking: The question.
    """
    names = {part.lower() for place in asking.places for part in (place.name, *place.name.split("-"))}
    return [forms for forms in list_words(asking.question.searched) if forms[0].lower() not in names]


async def read_count(asking: Asking) -> Reading:
    """Return how many there are, how often something happened, or whether there is more of it than before."""
    subject = subjects.find_subject(asking.question.wording)
    # Two places are compared with each other, which nothing here does.
    of_one = subject in matching.LOGGED and not asking.places[1:]
    if of_one and comparing.asks_to_compare(asking.question.wording):
        compared = await _read_comparison(asking, subject)
        if compared is not None:
            return compared
    (chosen, bound), survey = await asyncio.gather(_choose(asking, subject), asking.survey())
    replicas = tell_replicas(chosen, asking.telling) if subject == "replicas" else None
    return replicas or counting.tell_count(
        subject,
        chosen,
        survey,
        asking.telling,
        question=asking.question.wording,
        bound=bound,
    )


async def _read_comparison(asking: Asking, subject: subjects.Subject) -> Reading | None:
    """Return whether there is more than before, None where more was logged than can be counted."""
    spans = comparing.choose_spans(asking.window, asking.now)
    logged, topic = _list_logged(asking, subject), list_topic(asking)

    async def count(span: TimeWindow) -> tuple[list[Seen], bool]:
        conditions = [*logged, build_time_condition(span)]
        body = build_seen_query(conditions, ("log_pattern",), size=MOST_COUNTED)
        found, is_all = await asking.find_all(body)
        begun = comparing.keep_begun(found, span)
        return counting.choose_counted(asking.question.searched, subject, begun, topic), is_all

    (now, is_all), (before, was_all), first = await asyncio.gather(
        count(spans.now), count(spans.before), asking.search(build_first_query(asking.anywhere))
    )
    if not (is_all and was_all):
        return None
    kept_since = next((seen.began for seen in parse_seen(first)), None)
    return comparing.tell_comparison(subject, (now, before), spans, kept_since, asking.telling)


def _list_logged(asking: Asking, subject: subjects.Subject) -> list[dict[str, Any]]:
    """Return the conditions of what a subject is about, at any time; what isn't would only be read."""
    severities = {"errors": sorted(GRAVE), "warnings": ["warning"]}.get(subject)
    return [*asking.anytime, *([{"terms": {"severity": severities}}] if severities else [])]


async def read_list(asking: Asking) -> Reading:
    """Return what there is of what a question names."""
    subject = subjects.find_subject(asking.question.wording)
    if subject == "anything":
        return await _read_troubled(asking)
    (chosen, bound), survey = await asyncio.gather(_choose(asking, subject), asking.survey())
    return listing.tell_list(
        subject, chosen, survey, asking.telling, question=asking.question.wording, bound=bound
    )


async def _read_troubled(asking: Asking) -> Reading:
    """Return what is wrong of what a question names, such as the quotas that are used up; else all of it."""
    (incidents, trouble, evidence), survey = await asyncio.gather(gather_wrong(asking), asking.survey())
    topic = list_topic(asking)
    meant = find_mentions(topic, incidents)
    others = [] if meant else find_mentions(topic, trouble)
    if not meant and not others:
        meant, others = incidents, trouble
    return wrong.tell_wrong(meant, others, evidence, survey, asking.telling)


async def read_value(asking: Asking, *, is_exact: bool = False) -> Reading | None:
    """Return the value of a metric, None if none was measured there.

    Args:
        asking: The question.
        is_exact: Whether what only comes near its words is none.
    """
    words = values.list_metric_words(asking.question.searched, asking.places)
    since = None if asking.window else asking.now - _MEASURED_BACK
    # A metric is named after its service in many ways, so its place is looked for in its words.
    of_places = [tuple(place.name.lower().split("-")) for place in asking.places]
    conditions = [*asking.anywhere, *asking.of_time]
    response = await asking.search(build_metrics_query([*words, *of_places], conditions, since))
    found = [one for one in parse_seen(response) if one.kind == "metric_window"]
    fitting, near = values.choose_series(words, asking.places, found)
    if is_exact and not fitting:
        return None
    if not fitting and asking.window and asking.places:
        return await read_unseen(asking)
    return values.tell_value(fitting, near, asking.telling)
