"""Runbooks of the live documents that are about what an incident is about."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from opensearchpy import OpenSearch

from processors.knowledge.incidents.incident import Incident
from processors.knowledge.incidents.views import PUBLIC, Told
from processors.knowledge.incidents.words import PageLink
from processors.knowledge.kubernetes.describers import DESCRIBERS

_MOST: Final = 2
# A search for ModuleNotFound also finds "a module … not found": what is found is looked at once more.
_ASKED: Final = 10
# Codes of gRPC, which say in many messages that something failed, and nothing of what.
_CODES: Final = frozenset(
    {
        "AlreadyExists", "DataLoss", "DeadlineExceeded", "FailedPrecondition", "InvalidArgument", "NotFound",
        "OutOfRange", "PermissionDenied", "ResourceExhausted",
    }
)  # fmt: skip
_MOST_WORDS: Final = 400
# Reasons and names of alerts, such as ImagePullBackOff and OOMKilled; a runbook about it names it.
_REASON: Final = re.compile(r"\b(?=\w*[a-z])[A-Z]\w*[A-Z]\w*\b")
_PART: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|_+")
_FIELDS: Final = ["title^2", "heading_path", "text"]


def find_runbooks(client: OpenSearch, version: str | None, told: Sequence[Told]) -> list[list[PageLink]]:
    """Return the runbooks for each incident, the best first; none where no page names a reason or an alert.

    Args:
        client: OpenSearch.
        version: The live version of the documents, or None.
        told: Incidents, each with the group that it was found for: that group may see the pages, too.
    """
    reasons = [list_reasons(one.incident) for one in told]
    asked = [
        (place, build_runbook_query(one, reasons[place])) for place, one in enumerate(told) if reasons[place]
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


def build_runbook_query(told: Told, reasons: Sequence[str]) -> dict[str, Any]:
    """Return the search for the runbooks of an incident.

    Args:
        told: The incident, and the group that it was found for.
        reasons: Its own, from `list_reasons`, at least one.
    """
    names = [{"multi_match": {"query": name, "type": "phrase", "fields": _FIELDS}} for name in reasons]
    likeness = {"multi_match": {"query": told.incident.title[:_MOST_WORDS], "fields": _FIELDS}}
    allowed = [{"terms": {"acl": sorted({told.group, PUBLIC})}}, {"term": {"kind": "runbook"}}]
    named = {"bool": {"should": names, "minimum_should_match": 1}}
    return {
        "size": _ASKED,
        "query": {"bool": {"must": [named], "should": [likeness], "filter": allowed}},
        "collapse": {"field": "doc_id"},
        "_source": ["title", "cite", "text", "heading_path", "labels.alert"],
    }


def list_reasons(incident: Incident) -> list[str]:
    """Return the reasons and names of alerts that an incident's causes and evidence name, each once.

    Args:
        incident: Whose pages are looked for.
    """
    told = [incident.title, *(cause.says for cause in incident.causes), *(one.says for one in incident.seen)]
    names = dict.fromkeys(name for text in told for name in _REASON.findall(text))
    return [name for name in names if name not in DESCRIBERS and name not in _CODES]


def names_one(page: Mapping[str, Any], reasons: Iterable[str]) -> bool:
    """Tell whether a page names one of the reasons, in one word or in its parts.

    Args:
        page: A chunk of it.
        reasons: From `list_reasons`.

    Example:
        >>> names_one({"title": "a", "text": "`ImageNotFoundError`"}, ["NotFound"])
        False
        >>> names_one({"title": "The pod was OOM killed", "text": ""}, ["OOMKilled"])
        True
    """
    labels = page.get("labels", {})
    held = " ".join((page["title"], *page.get("heading_path", ()), page["text"], labels.get("alert", "")))
    return any(re.search(_spell(reason), held, re.IGNORECASE) for reason in reasons)


def _spell(reason: str) -> str:
    """Return the expression for a reason; "not ready", ordinary words, must be one word."""
    parts = _PART.findall(reason)
    is_ordinary = len(parts) < 3 and not any(part.isupper() and len(part) > 1 for part in parts)
    return rf"(?<!\w){('' if is_ordinary else '[ _-]?').join(map(re.escape, parts))}(?!\w)"


def _link(page: dict[str, Any]) -> PageLink:
    cite = page["cite"]
    return PageLink(
        title=page["title"], link=str(cite.get("path") or cite.get("url") or cite.get("page_id", ""))
    )
