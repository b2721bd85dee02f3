"""The answer's field `runlore`: where it comes from, and how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.answering.links import link_source
from serving.answering.prompt import PROMPT_VERSION, title_of
from serving.context.correlation import correlation_id
from serving.context.timing import read_watch
from serving.schemas import Citation, Provenance, ScopedPlace, show_window

if TYPE_CHECKING:
    from processors.retrieval.hybrid import Hit
    from serving.answering.answer import Answer


def describe_provenance(answer: Answer) -> Provenance:
    """Return where an answer comes from; complete once its text has been read."""
    provenance = Provenance(
        citations=[
            cite_source(n, hit, link_source(hit, answer.reader)) for n, hit in enumerate(answer.cited, 1)
        ],
        as_of=answer.as_of,
        versions=answer.findings.versions,
        route=answer.route.name,
        route_reason=answer.route.reason,
        correlation_id=correlation_id(),
        prompt=PROMPT_VERSION,
        abstained=answer.looked_at is not None,
        uncited=answer.check.uncited,
    )
    if answer.understood:
        provenance["kind"] = answer.understood.kind
        places = answer.understood.scope.places
        provenance["scope"] = [ScopedPlace(kind=place.kind, name=place.name) for place in places]
        if answer.understood.rewritten:
            provenance["rewritten"] = answer.understood.rewritten
    if answer.looked_at is not None:
        provenance["looked_at"] = list(answer.looked_at)
    if answer.check.unknown_commands:
        provenance["unknown_commands"] = answer.check.unknown_commands
    if answer.findings.window:
        provenance["window"] = show_window(answer.findings.window)
    if answer.action:
        provenance["action"] = answer.action
    if answer.degraded:
        provenance["degraded"] = list(answer.degraded)
    if timings := read_watch():
        provenance["timings"] = timings
    return provenance


def cite_source(n: int, hit: Hit, url: str) -> Citation:
    """Return what the number n stands for, and the link by which the reader opens it.

    Args:
        n: The number in the text, from 1 on.
        hit: What it stands for.
        url: The link, which names the reader's grant where one is needed.
    """
    return Citation(
        n=n,
        title=title_of(hit),
        url=url,
        cite=hit["cite"],
        observed_at=hit["observed_at"],
    )
