"""The runbook of an alert: the page that its annotation names, or one that names the alert."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from processors.retrieval.runbooks import build_runbook_query, names_one
from serving.context.correlation import name_search
from serving.context.metrics import time_stage
from serving.retrieval.live_versions import find_live_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serving.clients.lifespan import Clients


class Runbook(NamedTuple):
    """A page of the live documents."""

    doc_id: str
    title: str


async def find_runbook(
    clients: Clients, alert: str, groups: Sequence[str], *, link: str = "", about: str = ""
) -> Runbook | None:
    """Return the runbook of an alert, None where no page is one.

    Args:
        clients: OpenSearch among them.
        alert: Its name.
        groups: Of those who will see it.
        link: Its annotation `runbook_url`; the page of that file name goes before all others.
        about: What else it says: of several pages that name it, the likest is taken.

    Raises:
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached.
    """
    version = (await find_live_versions(clients, ("cag",)))["cag"]
    wanted = _read_stem(link)
    names = [name for name in (alert, wanted, wanted and f"{wanted}.md") if name]
    if version is None or not names:
        return None
    with time_stage("runbook"):
        body = build_runbook_query(names, f"{alert} {about}", groups)
        response = await clients.search.search(index=version, body=body, headers=name_search())
    pages: list[dict[str, Any]] = [hit["_source"] for hit in response["hits"]["hits"]]
    linked = (page for page in pages if wanted and _read_stem(str(page["cite"].get("path", ""))) == wanted)
    called = (page for page in pages if page["title"].strip().lower() == alert.strip().lower())
    naming = (page for page in pages if alert and names_one(page, [alert]))
    page = next(linked, None) or next(called, None) or next(naming, None)
    return Runbook(page["doc_id"], page["title"]) if page else None


def _read_stem(link: str) -> str:
    """Return the name of a link's or a path's file without its suffix.

    Example:
        >>> _read_stem("https://wiki.example/runbooks/disk-full.html#steps"), _read_stem("docs/Disk-full.md")
        ('disk-full', 'disk-full')
    """
    try:
        path = urlsplit(link).path
    except ValueError:
        return ""
    return PurePosixPath(unquote(path)).stem.lower()
