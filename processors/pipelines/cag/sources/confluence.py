"""What changed in a Confluence space since the versions of its pages that the live version holds."""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final, TypedDict

import httpx
import structlog

from processors.knowledge.chunk import make_id
from processors.knowledge.documents.storage_format import convert_storage
from processors.knowledge.redaction.masking import mask_secrets
from processors.pipelines.cag.sources.page_dates import date_page
from processors.pipelines.cag.sources.signature import sign_processing
from processors.pipelines.cag.sources.updates import SourceUpdate, keep_source
from processors.settings import Settings
from processors.settings.documents import ConfluenceSpace
from processors.stores.confluence import ConfluenceError, StoredPage, list_pages, open_confluence, read_page

# Part of the signature: another way to turn pages into Markdown means reading all again.
_READER: Final = "storage-3"

log = structlog.get_logger(__name__)


class HeldPage(TypedDict):
    """What is remembered of a page: the version that was read, and the path that it was given."""

    version: int
    path: str


def read_confluence_source(
    settings: Settings, space: ConfluenceSpace, held: dict[str, Any] | None, *, force: bool = False
) -> SourceUpdate:
    """Read the pages whose version changed, as Markdown with secrets masked.

    Of a space that can't be reached the live version's pages stay.

    Args:
        settings: Of the platform.
        space: Where to read.
        held: The position of the live version in it, if that holds any of it.
        force: Read everything again.
    """
    signature = make_id(_READER, sign_processing(settings), sorted(space.groups))
    old = held if held and held["signature"] == signature else None
    # Without the map of its pages nothing is known of what is held.
    known: dict[str, HeldPage] | None = old.get("pages") if old and not force else None
    before = known or {}
    try:
        with open_confluence(space) as client:
            listed = {page["page_id"]: page for page in list_pages(client, space)}
            changed = [
                name
                for name, page in listed.items()
                if name not in before or page["version"] != before[name]["version"]
            ]
            read = [page for name in changed if (page := read_page(client, space, name))]
    except (httpx.HTTPError, ConfluenceError, OSError) as error:
        log.warning("a Confluence space can't be reached", source=space.source, error=str(error))
        what = "its pages stay as they were" if old else "none of its pages are held"
        return keep_source(space.source, old, [f"{space.source}:1: can't be reached, {what}: {error}"])
    same = {name: page for name, page in before.items() if name in listed and name not in changed}
    now = {page["page_id"]: HeldPage(version=page["version"], path=name_page(space, page)) for page in read}
    left = [page for name, page in before.items() if name not in same]
    pages, warnings = _stage_pages(settings, space, read)
    return SourceUpdate(
        source=space.source,
        position={"signature": signature, "pages": same | now},
        carried=known is not None,
        # A page with another title has another path: both the old one and the new one leave first.
        dropped=sorted(
            {make_id(space.source, page["path"]) for page in (*now.values(), *left)} if before else ()
        ),
        pages=pages,
        warnings=warnings,
        reached=True,
    )


def name_page(space: ConfluenceSpace, page: StoredPage) -> str:
    """Return the path that stands for a page: its id keeps it apart, its title is for people.

    Example:
        >>> space = ConfluenceSpace(url="https://wiki.example.org", space="OPS")
        >>> page = StoredPage(page_id="7", title="Disk full: what now?", version=1, changed="", body="")
        >>> name_page(space, page)
        'OPS/7-disk-full-what-now.md'
    """
    slug = "-".join(re.findall(r"\w+", page["title"].lower()))[:80]
    return f"{space.space}/{page['page_id']}-{slug}.md"


def _stage_pages(
    settings: Settings, space: ConfluenceSpace, pages: list[StoredPage]
) -> tuple[list[dict[str, Any]], list[str]]:
    rows: list[dict[str, Any]] = []
    warnings: list[str] = []
    now = datetime.now(UTC)
    for page in pages:
        path = name_page(space, page)
        size = len(page["body"].encode("utf-8", "replace"))
        if size > settings.documents.max_page_bytes:
            warnings.append(f"{path}:1: not read: {size} bytes, {settings.documents.max_page_bytes} are read")
            continue
        converted = convert_storage(page["body"])
        warnings += [f"{path}:1: {warning}" for warning in converted["warnings"]]
        # A JSON string is one of YAML too, whatever the title holds.
        title = json.dumps(page["title"], ensure_ascii=False)
        rows.append(
            {
                "repository": space.source,
                "branch": "",
                "commit": str(page["version"]),
                "path": path,
                "groups": list(space.groups),
                "changed_at": date_page(page["changed"], now),
                "text": mask_secrets(f"---\ntitle: {title}\n---\n\n{converted['text']}"),
            }
        )
    return rows, warnings
