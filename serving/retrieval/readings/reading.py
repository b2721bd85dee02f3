"""The reading of the index that a kind of question has: chosen, asked, and put into words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from processors.retrieval.hybrid import DYNAMIC_KINDS
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings import (
    changed,
    counting,
    health,
    listing,
    matching,
    subjects,
    values,
    why,
    wrong,
)
from processors.retrieval.readings.incidents import is_shown
from processors.retrieval.readings.requests import build_metrics_query, build_seen_query
from processors.retrieval.readings.seen import Seen, parse_seen
from processors.retrieval.readings.trouble import LASTING
from serving.retrieval.readings.asking import Asking
from serving.retrieval.readings.platform import read_platform
from serving.retrieval.readings.scope import find_mentioned, read_unknown, read_unseen, settle_places
from serving.retrieval.readings.trouble import (
    find_evidence,
    find_incidents,
    find_present_states,
    find_trouble,
    gather_wrong,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from processors.retrieval.question.kind import Kind
    from processors.retrieval.readings.reading import Reading
    from serving.clients.lifespan import Clients
    from serving.retrieval.question import Question

# Whose answer is about a place or about everything: who names an unknown one doesn't ask about all others.
_OF_PLACES: Final = ("wrong", "why", "health")
_COUNTED_BACK: Final = timedelta(days=1)
_MEASURED_BACK: Final = timedelta(hours=3)


async def read_index(
    clients: Clients, question: Question, version: str, versions: dict[str, str | None], now: datetime
) -> Reading | None:
    """Return what the index says to a question by the reading of its kind, None where there is none.

    Args:
        clients: What to ask.
        question: What to look for.
        version: The live one of `rag`.
        versions: The live ones of all pipelines.
        now: The time of the question.

    Raises:
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached or refuses a query.
    """
    kind = question.understood.kind
    asking = Asking(clients, question, version, now, ())
    if kind == "platform":
        return await read_platform(asking, versions)
    read = _READINGS.get(kind)
    if read is None:
        return None
    # A filter goes before what the words say.
    named = tuple(place for place in question.understood.scope.places if place.kind not in question.filters)
    known, unknown = await settle_places(asking, named)
    if not question.understood.scope.places and kind in (*_OF_PLACES, "changed"):
        known = await find_mentioned(asking)
    meant = [place for place in unknown if place.sure or (kind in _OF_PLACES and not known)]
    if meant and kind != "procedure":
        return await read_unknown(asking, meant)
    return await read(Asking(clients, question, version, now, known))


async def _read_wrong(asking: Asking) -> Reading:
    (incidents, trouble, evidence), survey, states = await asyncio.gather(
        gather_wrong(asking), asking.survey(), _find_named_states(asking)
    )
    if asking.places and asking.window and not incidents and not trouble and not survey.total:
        return await read_unseen(asking)
    return wrong.tell_wrong(
        incidents,
        trouble,
        evidence,
        survey,
        states,
        first="metric_window" if subjects.find_subject(asking.question.searched) == "anomalies" else "",
        place=asking.place,
        when=asking.when,
        language=asking.language,
        now=asking.now,
    )


async def _find_named_states(asking: Asking) -> list[Seen]:
    """Return the states of the very objects that are asked about."""
    if not asking.places:
        return []
    return health.find_states(asking.places, await find_present_states(asking))


async def _read_why(asking: Asking) -> Reading | None:
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
        window = asking.window or TimeWindow(asking.now - changed.LOOKED_BACK, asking.now)
        found, states = await asyncio.gather(
            asking.find(build_seen_query(asking.anytime, changed.KINDS)), find_present_states(asking)
        )
        named = health.find_states(asking.places, states)
        changes = [
            changed.show_change(one)
            for one in changed.find_changes(found, window, asking.language, asking.now)[:3]
        ]
        return why.tell_symptoms(trouble, named, changes, found, asking.language)
    survey, states = await asyncio.gather(asking.survey(), find_present_states(asking))
    if not asking.places:
        return wrong.tell_nothing(
            survey, place="", when=asking.when, language=asking.language, now=asking.now
        )
    if asking.window and not survey.total:
        return await read_unseen(asking)
    named = health.find_states(asking.places, states)
    fine = health.tell_fine(named, survey, over, place=asking.place, language=asking.language, now=asking.now)
    return fine._replace(is_partial=True)


async def _read_procedure(asking: Asking) -> Reading | None:
    """Return what is known to be wrong where something is to be done; what to do, a page may say after it."""
    still, _ = await find_incidents(asking) if asking.places else ([], [])
    shown = [one for one in still if is_shown(one)]
    if not shown:
        return None
    return await _tell_incidents(asking, shown, is_partial=True)


async def _tell_incidents(asking: Asking, incidents: list[Seen], *, is_partial: bool) -> Reading:
    told = why.tell_why(
        incidents,
        await find_evidence(asking, incidents),
        ordinal=asking.question.understood.ordinal,
        language=asking.language,
        now=asking.now,
    )
    return told._replace(is_partial=is_partial)


async def _read_health(asking: Asking) -> Reading:
    if not asking.places:
        return await _read_wrong(asking)
    trouble, states, survey = await asyncio.gather(
        find_trouble(asking), find_present_states(asking), asking.survey()
    )
    if asking.window and not trouble and not survey.total:
        return await read_unseen(asking)
    named = health.find_states(asking.places, states)
    trouble = health.keep_own(asking.places, trouble)
    return health.tell_health(
        named, trouble, survey, place=asking.place, language=asking.language, now=asking.now
    )


async def _read_changes(asking: Asking) -> Reading:
    window = asking.window or TimeWindow(asking.now - changed.LOOKED_BACK, asking.now)
    # An older state is what a newer one is compared with.
    found, survey = await asyncio.gather(
        asking.find(build_seen_query(asking.anytime, changed.KINDS)), asking.survey()
    )
    changes = changed.find_changes(found, window, asking.language, asking.now)
    elsewhere: list[changed.Changed] = []
    if asking.places and not changes:
        found = await replace(asking, places=()).find(build_seen_query(asking.anywhere, changed.KINDS))
        elsewhere = changed.find_changes(found, window, asking.language, asking.now)
    return changed.tell_changes(
        changes,
        found,
        survey,
        elsewhere,
        place=asking.place,
        when=asking.when,
        language=asking.language,
        now=asking.now,
    )


async def _choose(asking: Asking) -> tuple[subjects.Subject, list[Seen]]:
    """Return what a question wants counted or listed, and the observations that belong to it."""
    text = asking.question.searched
    subject = subjects.find_subject(text)
    kinds = matching.KINDS.get(subject, tuple(DYNAMIC_KINDS))
    is_present = subject in counting.PRESENT and not asking.window
    lasting = [kind for kind in kinds if kind in LASTING]
    fleeting = [kind for kind in kinds if kind not in LASTING]
    since = None if asking.window else asking.now - _COUNTED_BACK
    bodies = (
        [build_seen_query(asking.conditions, lasting, since=None if is_present else since)] if lasting else []
    )
    bodies += [build_seen_query(asking.conditions, fleeting, since=since)] if fleeting else []
    return subject, counting.choose_counted(text, subject, await asking.find(*bodies))


async def _read_count(asking: Asking) -> Reading:
    (subject, chosen), survey = await asyncio.gather(_choose(asking), asking.survey())
    return counting.tell_count(
        subject,
        chosen,
        survey,
        question=asking.question.searched,
        window=asking.window,
        place=asking.place,
        when=asking.when,
        language=asking.language,
        now=asking.now,
    )


async def _read_list(asking: Asking) -> Reading:
    if subjects.find_subject(asking.question.searched) == "anything":
        return await _read_wrong(asking)
    (subject, chosen), survey = await asyncio.gather(_choose(asking), asking.survey())
    return listing.tell_list(
        subject,
        chosen,
        survey,
        question=asking.question.searched,
        place=asking.place,
        when=asking.when,
        language=asking.language,
        now=asking.now,
    )


async def _read_value(asking: Asking) -> Reading | None:
    words = values.list_metric_words(asking.question.searched, asking.places)
    since = None if asking.window else asking.now - _MEASURED_BACK
    # A metric is named after its service in many ways, so its place is looked for in its words.
    of_places = [tuple(place.name.lower().split("-")) for place in asking.places]
    conditions = [*asking.anywhere, *asking.conditions[len(asking.anytime) :]]
    response = await asking.search(build_metrics_query([*words, *of_places], conditions, since))
    found = [one for one in parse_seen(response) if one.kind == "metric_window"]
    fitting, near = values.choose_series(words, asking.places, found)
    return values.tell_value(fitting, near, place=asking.place, language=asking.language, now=asking.now)


_READINGS: Final[dict[Kind, Callable[[Asking], Awaitable[Reading | None]]]] = {
    "wrong": _read_wrong,
    "why": _read_why,
    "procedure": _read_procedure,
    "health": _read_health,
    "changed": _read_changes,
    "count": _read_count,
    "list": _read_list,
    "value": _read_value,
}
