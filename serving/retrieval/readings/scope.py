"""Which of the places that a question names are known to the index, and what may be meant by the others."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from processors.retrieval.question.scope import Place
from processors.retrieval.readings.absence import read_names, tell_unknown, tell_unseen
from processors.retrieval.readings.places import lies_in
from processors.retrieval.readings.requests import (
    build_known_query,
    build_mentioned_query,
    build_names_query,
    build_seen_query,
)
from processors.retrieval.readings.seen import parse_seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.retrieval.readings.reading import Reading
    from serving.retrieval.readings.asking import Asking


async def settle_places(
    asking: Asking, named: tuple[Place, ...]
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return the places that are known, and those that aren't.

    Args:
        asking: The question.
        named: Its places, of which some may be ordinary words.
    """
    responses = await asyncio.gather(
        *(asking.search(build_known_query(place, asking.anywhere)) for place in named)
    )
    is_known = [
        any(lies_in([place], seen) for seen in parse_seen(response))
        for place, response in zip(named, responses, strict=True)
    ]
    known = tuple(place for place, held in zip(named, is_known, strict=True) if held)
    unknown = tuple(place for place, held in zip(named, is_known, strict=True) if not held)
    return known, unknown


async def find_mentioned(asking: Asking) -> tuple[Place, ...]:
    """Return the services and namespaces that a question mentions without a word that says so.

    Args:
        asking: A question that names no place.
    """
    words = asking.question.understood.unusual
    if not words:
        return ()
    response = await asking.search(build_mentioned_query(words, asking.anywhere))
    buckets = (bucket for told in response["aggregations"].values() for bucket in told["buckets"])
    known = {str(bucket["key"]) for bucket in buckets}
    return tuple(Place("name", word, sure=False) for word in words if word in known)


async def read_unknown(asking: Asking, unknown: Sequence[Place]) -> Reading:
    """Return that places aren't known, with the names that are most like theirs."""
    everywhere = replace(asking, places=())
    names, survey = await asyncio.gather(
        asking.search(build_names_query(unknown[0].name, asking.anywhere)),
        everywhere.survey(asking.anywhere),
    )
    return tell_unknown(unknown, read_names(names), survey, asking.telling)


async def read_unseen(asking: Asking) -> Reading:
    """Return that nothing was seen of the places in the time, with the newest that is known of them."""
    newest, survey = await asyncio.gather(
        asking.find(build_seen_query(asking.anytime, size=20)), asking.survey(asking.anywhere)
    )
    return tell_unseen(asking.places, survey, newest[0] if newest else None, asking.telling)
