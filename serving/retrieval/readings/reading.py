"""The reading of the index that a kind of question has: its places settled, then chosen and asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from processors.retrieval.readings.subjects import find_subject
from processors.retrieval.readings.values import list_metric_words, names_quantity
from serving.retrieval.readings.asking import Asking
from serving.retrieval.readings.figures import read_count, read_list, read_value
from serving.retrieval.readings.platform import read_platform
from serving.retrieval.readings.scope import find_mentioned, read_unknown, settle_places
from serving.retrieval.readings.standing import (
    read_about,
    read_changes,
    read_health,
    read_meant,
    read_procedure,
    read_why,
    read_wrong,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from processors.retrieval.question.kind import Kind
    from processors.retrieval.question.scope import Place
    from processors.retrieval.readings.reading import Reading
    from serving.clients.lifespan import Clients
    from serving.retrieval.question import Question

# Whose answer is about a place or about everything: who names an unknown one doesn't ask about all others.
_OF_PLACES: Final = ("wrong", "why", "health")
# What documents tell, too: an unknown name may be one of theirs.
_OF_DOCUMENTS: Final = ("procedure", "fact", "meaning")
_SOURCES: Final = ("airflow", "mlflow")
_READINGS: Final[dict[Kind, Callable[[Asking], Awaitable[Reading | None]]]] = {
    "wrong": read_wrong,
    "why": read_why,
    "procedure": read_procedure,
    "health": read_health,
    "changed": read_changes,
    "count": read_count,
    "list": read_list,
    "value": read_value,
    "fact": read_about,
    "meaning": read_meant,
}


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
    if read is None or (kind == "meaning" and not names_quantity(list_metric_words(question.searched, ()))):
        return None
    # A filter goes before what the words say.
    named = tuple(place for place in question.understood.scope.places if place.kind not in question.filters)
    known, unknown = await settle_places(asking, named)
    if not known and not any(place.sure for place in question.understood.scope.places):
        known = await find_mentioned(asking)
    meant = [place for place in unknown if _is_meant(place, kind, known) and not _is_source(place, asking)]
    if meant and kind not in _OF_DOCUMENTS:
        return await read_unknown(asking, meant)
    return await read(replace(asking, places=known))


def _is_source(place: Place, asking: Asking) -> bool:
    """Tell whether a place is what runs come from, wherever they run."""
    subject = find_subject(asking.question.wording)
    return place.name.lower() in _SOURCES and subject in ("runs", "failed_runs", "models")


def _is_meant(place: Place, kind: Kind, known: tuple[Place, ...]) -> bool:
    """Tell whether a place that isn't known is what a question is about, and no word beside what is known."""
    if not known:
        return place.sure or kind in _OF_PLACES
    return place.sure and place.kind != "name"
