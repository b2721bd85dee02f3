"""Readings of how things stand: what is wrong, why and since when, how a place is, and what changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from processors.retrieval.question.place_names import find_program
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings import changed, health, pasted, subjects, values, why, wrong
from processors.retrieval.readings.began import asks_since_when, list_begun, tell_began
from processors.retrieval.readings.incidents import is_shown
from processors.retrieval.readings.mentions import find_mentions
from processors.retrieval.readings.requests import build_seen_query
from processors.retrieval.readings.seen import parse_seen
from serving.retrieval.readings.figures import list_topic, read_value
from serving.retrieval.readings.scope import read_unseen
from serving.retrieval.readings.trouble import (
    find_evidence,
    find_histories,
    find_incidents,
    find_present_states,
    find_trouble,
    gather_wrong,
)

if TYPE_CHECKING:
    from processors.retrieval.readings.reading import Reading
    from processors.retrieval.readings.seen import Seen
    from serving.retrieval.readings.asking import Asking


async def read_wrong(asking: Asking) -> Reading:
    """Return what is wrong, or since when if that is asked."""
    (incidents, trouble, evidence), survey, states = await asyncio.gather(
        gather_wrong(asking), asking.survey(), _find_named_states(asking)
    )
    if asking.places and asking.window and not incidents and not trouble and not survey.total:
        return await read_unseen(asking)
    if (incidents or trouble) and asks_since_when(asking.question.understood.asked):
        return await _tell_began(asking, incidents, trouble, evidence)
    return wrong.tell_wrong(
        incidents,
        trouble,
        evidence,
        survey,
        asking.telling,
        states=states,
        first="metric_window" if subjects.find_subject(asking.question.wording) == "anomalies" else "",
        question=asking.question.wording,
    )


async def _tell_began(
    asking: Asking, incidents: list[Seen], trouble: list[Seen], evidence: dict[str, Seen]
) -> Reading:
    """Return since when what a question names is wrong; else since when all is."""
    topic = list_begun(list_topic(asking))
    # An incident is what its lines are signs of.
    if meant := find_mentions(topic, incidents):
        incidents = meant
    elif meant := find_mentions(topic, trouble):
        incidents, trouble = [], meant
    histories = await find_histories(asking, [*trouble, *evidence.values()])
    return tell_began(incidents, trouble, evidence, histories, asking.telling)


async def _find_named_states(asking: Asking) -> list[Seen]:
    """Return the states of the very objects that are asked about."""
    if not asking.places:
        return []
    return health.find_states(asking.places, await find_present_states(asking))


async def read_why(asking: Asking) -> Reading | None:
    """Return why something is so, None for what only documents tell."""
    understood = asking.question.understood
    (still, over), trouble = await asyncio.gather(find_incidents(asking), find_trouble(asking))
    meant = still or (over if asking.window else [])
    # Why something is so in general is told by documents.
    is_general = not asking.places and not understood.is_elliptical and bool(understood.words)
    if is_general and not meant:
        return None
    if meant:
        return await _tell_incidents(asking, meant, is_partial=is_general)
    if trouble:
        return await _tell_symptoms(asking, trouble)
    survey, states = await asyncio.gather(asking.survey(), find_present_states(asking))
    if not asking.places:
        return wrong.tell_nothing(survey, asking.telling)
    if asking.window and not survey.total:
        return await read_unseen(asking)
    named = health.find_states(asking.places, states)
    return health.tell_fine(named, survey, over, asking.telling)._replace(is_partial=True)


async def _tell_symptoms(asking: Asking, trouble: list[Seen]) -> Reading:
    found, states = await asyncio.gather(
        asking.find(build_seen_query(asking.anytime, changed.KINDS)), find_present_states(asking)
    )
    changes = changed.find_changes(found, _find_window(asking), asking.telling)
    return why.tell_symptoms(
        trouble,
        health.find_states(asking.places, states),
        [changed.show_change(one) for one in changes[:3]],
        found,
        asking.telling.language,
    )


async def _tell_incidents(asking: Asking, incidents: list[Seen], *, is_partial: bool) -> Reading:
    """Return why what is meant of some incidents is so."""
    understood = asking.question.understood
    if not asking.places and not understood.is_elliptical:
        incidents = find_mentions(understood.words, incidents) or incidents
    told = why.tell_why(
        incidents, await find_evidence(asking, incidents), asking.telling, ordinal=understood.ordinal
    )
    return told._replace(is_partial=is_partial)


async def read_procedure(asking: Asking) -> Reading | None:
    """Return what is known to be wrong where something is to be done; what to do, a page may say after it.

    Whoever only names a metric and a place wants its value.
    """
    if asking.question.understood.is_guessed:
        told = await _read_measured(asking) or await _read_pasted(asking)
        if told is not None:
            return told
    still, _ = await find_incidents(asking) if asking.places else ([], [])
    shown = [one for one in still if is_shown(one)]
    if not shown:
        return None
    return await _tell_incidents(asking, shown, is_partial=True)


async def _read_pasted(asking: Asking) -> Reading | None:
    """Return since when lines like the one that a question is are logged, None if none are."""
    line = asking.question.searched
    # Who names a time asks about that time.
    if asking.window is not None or not pasted.may_be_pasted(line):
        return None
    alike = parse_seen(await asking.search(pasted.build_pasted_query(line, asking.anywhere)))
    if not alike:
        return None
    history = (await find_histories(asking, alike)).get(alike[0].hit["doc_id"])
    return pasted.tell_pasted(history, asking.telling) if history else None


async def read_about(asking: Asking) -> Reading | None:
    """Return what is known of the place that any other question names; documents may say more.

    What everybody has, such as a broker, is a topic before it is a place.
    """
    if not asking.places or any(find_program(place.name) for place in asking.places):
        return await _read_pasted(asking) if asking.question.understood.is_guessed else None
    told = await _read_measured(asking) or await read_procedure(asking)
    if told is not None:
        return told
    states = await _find_named_states(asking)
    if not states:
        return None
    return health.tell_health(states, [], await asking.survey(), asking.telling)._replace(is_partial=True)


async def read_meant(asking: Asking) -> Reading | None:
    """Return the value of a metric that is asked about by its name; what it means, documents say."""
    return await _read_measured(asking)


async def _read_measured(asking: Asking) -> Reading | None:
    """Return the value of the metric that a question names of a place, None if none of that name is there."""
    words = values.list_metric_words(asking.question.searched, asking.places)
    if not asking.places or not values.names_quantity(words):
        return None
    told = await read_value(asking, is_exact=True)
    return None if told is None else told._replace(is_partial=True)


async def read_health(asking: Asking) -> Reading:
    """Return how a place is; without one, what is wrong."""
    if not asking.places or asks_since_when(asking.question.understood.asked):
        return await read_wrong(asking)
    trouble, states, survey = await asyncio.gather(
        find_trouble(asking), find_present_states(asking), asking.survey()
    )
    if asking.window and not trouble and not survey.total:
        return await read_unseen(asking)
    named = health.find_states(asking.places, states)
    return health.tell_health(named, health.keep_own(asking.places, trouble), survey, asking.telling)


async def read_changes(asking: Asking) -> Reading:
    """Return what changed, and elsewhere if nothing did there."""
    window = _find_window(asking)
    found, survey = await asyncio.gather(_find_changed(asking), asking.survey())
    changes = changed.find_changes(found, window, asking.telling)
    elsewhere: list[changed.Changed] = []
    if asking.places and not changes:
        found = await _find_changed(replace(asking, places=()))
        elsewhere = changed.find_changes(found, window, asking.telling)
    return changed.tell_changes(changes, found, survey, asking.telling, elsewhere)


def _find_window(asking: Asking) -> TimeWindow:
    return asking.window or TimeWindow(asking.now - changed.LOOKED_BACK, asking.now)


async def _find_changed(asking: Asking) -> list[Seen]:
    """Return what may show a change, of any time: an older state is what a newer one is compared with."""
    return await asking.find(build_seen_query(asking.anytime, changed.KINDS))
