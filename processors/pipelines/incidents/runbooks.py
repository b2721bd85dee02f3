"""Runbooks of the live documents that are about what an incident is about."""

import re
from collections.abc import Sequence
from typing import Any, Final

from opensearchpy import OpenSearch

from processors.knowledge.incidents.incident import Incident
from processors.knowledge.incidents.views import PUBLIC, Told
from processors.knowledge.incidents.words import PageLink
from processors.knowledge.kubernetes.describers import DESCRIBERS
from processors.retrieval.runbooks import build_runbook_query, names_one

_MOST: Final = 2
# Codes of gRPC, which say in many messages that something failed, and nothing of what.
_CODES: Final = frozenset(
    {
        "AlreadyExists", "DataLoss", "DeadlineExceeded", "FailedPrecondition", "InvalidArgument", "NotFound",
        "OutOfRange", "PermissionDenied", "ResourceExhausted",
    }
)  # fmt: skip
# Reasons and names of alerts, such as ImagePullBackOff and OOMKilled; a runbook about it names it.
_REASON: Final = re.compile(r"\b(?=\w*[a-z])[A-Z]\w*[A-Z]\w*\b")


def find_runbooks(client: OpenSearch, version: str | None, told: Sequence[Told]) -> list[list[PageLink]]:
    """Return the runbooks for each incident, the best first; none where no page names a reason or an alert.

    Args:
        client: OpenSearch.
        version: The live version of the documents, or None.
        told: Incidents, each with the group that it was found for: that group may see the pages, too.
    """
    reasons = [list_reasons(one.incident) for one in told]
    asked = [
        (place, build_runbook_query(reasons[place], one.incident.title, sorted({one.group, PUBLIC})))
        for place, one in enumerate(told)
        if reasons[place]
    ]
    found: list[list[PageLink]] = [[] for _ in told]
    if version is None or not asked:
        return found
    lines = [line for _, body in asked for line in ({"index": version}, body)]
    answers = client.msearch(body=lines)["responses"]
    for (place, _), answer in zip(asked, answers, strict=True):
        # A search that failed leaves its incident without a link, and the next run looks again.
        hits = answer.get("hits", {}).get("hits", [])
        pages = [hit["_source"] for hit in hits if names_one(hit["_source"], reasons[place])]
        found[place] = [_link(page) for page in pages[:_MOST]]
    return found


def list_reasons(incident: Incident) -> list[str]:
    """Return the reasons and names of alerts that an incident's causes and evidence name, each once.

    Args:
        incident: Whose pages are looked for.
    """
    told = [incident.title, *(cause.says for cause in incident.causes), *(one.says for one in incident.seen)]
    names = dict.fromkeys(name for text in told for name in _REASON.findall(text))
    return [name for name in names if name not in DESCRIBERS and name not in _CODES]


def _link(page: dict[str, Any]) -> PageLink:
    cite = page["cite"]
    return PageLink(
        title=page["title"], link=str(cite.get("path") or cite.get("url") or cite.get("page_id", ""))
    )
