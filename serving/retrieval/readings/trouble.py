"""Requests for what is wrong: of states the last word, of what happened the newest, and evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.readings.incidents import INCIDENT, is_open, list_evidence, order_incidents
from processors.retrieval.readings.recurring import build_history_query, read_histories
from processors.retrieval.readings.requests import build_chunks_query, build_seen_query, build_states_query
from processors.retrieval.readings.seen import parse_seen
from processors.retrieval.readings.trouble import LASTING, drop_settled, find_oldest, keep_present

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.retrieval.readings.recurring import History
    from processors.retrieval.readings.seen import Seen
    from serving.retrieval.readings.asking import Asking

_MOST_INCIDENTS = 5
_EVIDENCE_OF_EACH = 3


async def find_trouble(asking: Asking) -> list[Seen]:
    """Return what is wrong in the places, now or in the time asked about; open incidents are among it."""
    since = None if asking.window else find_oldest(asking.now)
    fleeting = DYNAMIC_KINDS.difference(LASTING)
    found = await asking.find(
        build_seen_query(asking.conditions, LASTING, is_wrong=True),
        build_seen_query(asking.conditions, fleeting, is_wrong=True, since=since),
    )
    present = keep_present(found, asking.now, asking.window)
    events = {one.hit["doc_id"] for one in present if one.kind == "k8s_event"}
    if not events or asking.window:
        return present
    response = await asking.search(build_states_query(events, asking.anywhere))
    return drop_settled(present, parse_seen(response))


async def find_evidence(asking: Asking, incidents: Iterable[Seen]) -> dict[str, Seen]:
    """Return the evidence of the first incidents, by ids.

    Args:
        asking: The question.
        incidents: In any order.
    """
    ordered = order_incidents(incidents)[:_MOST_INCIDENTS]
    wanted = {key for one in ordered for key in list_evidence(one)[:_EVIDENCE_OF_EACH]}
    if not wanted:
        return {}
    response = await asking.search(build_chunks_query(wanted, asking.anywhere))
    return {seen.key: seen for seen in parse_seen(response)}


async def find_histories(asking: Asking, seen: Iterable[Seen]) -> Mapping[str, History]:
    """Return when the lines of patterns were logged, at any time, by the ids of their documents.

    Args:
        asking: The question.
        seen: Observations, windows of log lines among them.
    """
    documents = {one.hit["doc_id"] for one in seen if one.kind == "log_pattern"}
    if not documents:
        return {}
    found = await asking.search(build_history_query(documents, asking.anywhere))
    return read_histories(parse_seen(found))


async def find_incidents(asking: Asking) -> tuple[list[Seen], list[Seen]]:
    """Return the open incidents of the places, and those that are over."""
    found = await asking.find(build_seen_query(asking.conditions, (INCIDENT,)))
    incidents = [one for one in found if one.kind == INCIDENT]
    still, over = [one for one in incidents if is_open(one)], [one for one in incidents if not is_open(one)]
    return still, over


async def gather_wrong(asking: Asking) -> tuple[list[Seen], list[Seen], dict[str, Seen]]:
    """Return open incidents, all that is wrong, and the evidence of the incidents."""
    trouble = await find_trouble(asking)
    incidents = [one for one in trouble if is_open(one)]
    evidence = await find_evidence(asking, incidents)
    return incidents, [one for one in trouble if one.kind != INCIDENT], evidence


async def find_present_states(asking: Asking) -> list[Seen]:
    """Return the states of objects in the places, whenever they last changed."""
    return await asking.find(build_seen_query(asking.anytime, ("k8s_state",)))
