"""An incident in words: the passage that is searched, shown and cited."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from processors.knowledge.chunk_factory import LONGEST_NAME, Description
from processors.knowledge.incidents.incident import Incident
from processors.knowledge.incidents.sections import HEADS, KIND
from processors.knowledge.kubernetes.words import say_moment

SOURCE: Final = "incidents"
OPEN: Final = "open"

_SHOWN_SEEN: Final = 8
_SHOWN_AFFECTED: Final = 8
_FIGURES: Final = re.compile(r"\d[\d.,:]*")


class PageLink(NamedTuple):
    """A page of the documents that may help."""

    title: str
    link: str


class PastIncident(NamedTuple):
    """One that was like this: its span, and what was changed before it ended."""

    title: str
    began_at: datetime
    resolved_at: datetime
    helped: str


def describe_incident(
    incident: Incident,
    *,
    pages: Sequence[PageLink] = (),
    past: Sequence[PastIncident] = (),
) -> Description:
    """Return what is told of an incident.

    Args:
        incident: As `find_incidents` gives it.
        pages: Of the documents, the best first.
        past: Incidents like it that have ended, the latest first.
    """
    cause = incident.causes[0]
    lines = [
        _say_state(incident),
        f"{HEADS['cause']}: {cause.says}",
        *(f"{HEADS['also']}: {other.says}" for other in incident.causes[1:]),
        *(f"{HEADS['changed']}: {one.says}, at {say_moment(one.at)}." for one in incident.changes),
        *_say_affected(incident),
        *(f"{HEADS['seen']}: {_end(one.says)}" for one in incident.seen[:_SHOWN_SEEN]),
        *(_say_past(one) for one in past),
        *(f"{HEADS['runbook']}: {page.title}{f' ({page.link})' if page.link else ''}." for page in pages),
    ]
    command = next((one.command for one in incident.seen if one.command), "")
    return Description(
        kind=KIND,
        identity=(KIND, incident.cluster, incident.key),
        document=(KIND, incident.cluster, incident.key),
        source=SOURCE,
        title=incident.title[:LONGEST_NAME],
        text="\n".join(lines),
        gist=_FIGURES.sub("", f"{incident.title} is open"),
        began_at=incident.began_at.isoformat(),
        observed_at=incident.observed_at.isoformat(),
        service=incident.service,
        namespace=incident.namespace,
        cluster=incident.cluster,
        severity=incident.severity,
        labels={
            "state": OPEN,
            "rule": cause.rule,
            "object": cause.object,
            "score": f"{cause.score:.2f}",
            "causes": join_whole(f"{one.object}:{one.rule}" for one in incident.causes),
            "affected": join_whole(dict.fromkeys(one.object for one in incident.affected)),
            "evidence": join_whole(incident.evidence),
            "key": incident.key,
        },
        values=[*incident.names],
        cite={
            "type": KIND,
            "key": incident.key,
            "state": OPEN,
            "evidence": list(incident.evidence),
            "command": command,
        },
    )


def _say_state(incident: Incident) -> str:
    broken = f"; {_name_broken(incident)}" if incident.affected else ""
    return f"{incident.title}{broken}, since {say_moment(incident.began_at)}."


def _name_broken(incident: Incident) -> str:
    names = list(dict.fromkeys(one.object.replace("/", " ") for one in incident.affected))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"broken by it: {', '.join(names[:3])}{more}"


def _say_affected(incident: Incident) -> Iterator[str]:
    told = [f"{one.object.replace('/', ' ')} ({one.says.removeprefix('it ')})" for one in incident.affected]
    if told:
        yield f"{HEADS['affected']}: {'; '.join(told[:_SHOWN_AFFECTED])}."


def _say_past(past: PastIncident) -> str:
    helped = f": {past.helped}" if past.helped else ", without a change that was seen"
    return f"{HEADS['helped']}: {past.title} ended at {say_moment(past.resolved_at)}{helped}."


def _end(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", ":")) else f"{sentence}."


def join_whole(parts: Iterable[str]) -> str:
    """Return parts with commas between, as many as a label may hold.

    Example:
        >>> join_whole(["a", "b"]), len(join_whole(["x" * 32] * 100))
        ('a,b', 989)
    """
    told = ""
    for part in parts:
        longer = f"{told},{part}" if told else part
        if len(longer) > LONGEST_NAME:
            break
        told = longer
    return told
