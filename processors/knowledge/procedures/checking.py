"""What a runbook lacks, as findings with their lines."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Final, NotRequired, TypedDict
from urllib.parse import unquote

from processors.knowledge.documents.formats import DOCUMENT_SUFFIXES
from processors.knowledge.markdown.parsing import Document
from processors.knowledge.procedures import Finding, Link, Procedure, Step
from processors.knowledge.procedures.commands import find_fault
from processors.knowledge.procedures.reading import announces_steps

KINDS: Final = {
    "no_steps": "no steps",
    "unnumbered_steps": "steps without numbers",
    "no_symptoms": "no symptoms",
    "no_rollback": "no rollback",
    "no_owner": "no owner",
    "not_reviewed": "not reviewed for a year",
    "broken_command": "a command that doesn't parse",
    "dead_link": "a dead link",
    "dead_anchor": "a link to a missing heading",
}
"""Every kind of finding, the worst first, in words."""

_REVIEW_DAYS: Final = 365
_INDEX_PAGES: Final = ("_index", "index", "readme")


class PageRecord(TypedDict):
    """What is kept of a page, so that a run that touches other pages needs not read it again.

    `lacks` is None of a page that is no runbook: others link to it, and that is all. `alerts` and `symptoms`
    are what a runbook is for; a record of an earlier release has neither.
    """

    repository: str
    path: str
    title: str
    anchors: list[str]
    links: list[Link]
    last_reviewed: str
    lacks: list[Finding] | None
    alerts: NotRequired[list[str]]
    symptoms: NotRequired[list[str]]


def is_runbook(document: Document, procedure: Procedure) -> bool:
    """Tell whether a page is to be judged as a runbook; a table of contents is not."""
    if PurePosixPath(document["path"]).stem.lower() in _INDEX_PAGES:
        return False
    named = "alert" in document["front_matter"] or "runbook" in document["path"].lower()
    return named or bool(procedure["alerts"] and (procedure["symptoms"] or announces_steps(document)))


def record_page(repository: str, document: Document, procedure: Procedure) -> PageRecord:
    """Return what is kept of a page; the commands of a runbook are parsed here, once.

    Args:
        repository: Where the page is from.
        document: The parsed page.
        procedure: What was read of it as a runbook.
    """
    judged = is_runbook(document, procedure)
    return PageRecord(
        repository=repository,
        path=document["path"],
        title=document["title"],
        anchors=procedure["anchors"],
        links=procedure["links"] if judged else [],
        last_reviewed=procedure["last_reviewed"],
        lacks=[*find_lacks(procedure), *find_broken_commands(procedure)] if judged else None,
        alerts=procedure["alerts"] if judged else [],
        symptoms=[passage["text"] for passage in procedure["symptoms"]] if judged else [],
    )


def check_page(record: PageRecord, pages: Mapping[str, PageRecord], today: date) -> list[Finding]:
    """Return all that a runbook lacks, as of today and of the pages that there are.

    Args:
        record: Of the runbook.
        pages: Every page of its repository, by path.
        today: Decides whether the last review is too long ago.
    """
    lacks = record["lacks"] or []
    return [*lacks, *check_review(record["last_reviewed"], today), *check_links(record, pages)]


def find_lacks(procedure: Procedure) -> Iterator[Finding]:
    """Yield the parts that a procedure doesn't have."""
    if not procedure["steps"]:
        yield _lack("no_steps")
    elif not any(_is_numbered(step) for step in procedure["steps"]):
        yield Finding(
            kind="unnumbered_steps", line=procedure["steps"][0]["line"], what=KINDS["unnumbered_steps"]
        )
    if not procedure["symptoms"]:
        yield _lack("no_symptoms")
    if not procedure["rollback"]:
        yield _lack("no_rollback")
    if not procedure["owner"]:
        yield _lack("no_owner")


def _lack(kind: str) -> Finding:
    return Finding(kind=kind, line=1, what=KINDS[kind])


def _is_numbered(step: Step) -> bool:
    return bool(step["number"]) or any(map(_is_numbered, step["steps"]))


def find_broken_commands(procedure: Procedure) -> Iterator[Finding]:
    """Yield the commands of a page that no shell could read."""
    for command in procedure["commands"]:
        if fault := find_fault(command):
            yield Finding(kind="broken_command", line=fault[0], what=f"doesn't parse: {fault[1]}")


def check_review(last_reviewed: str, today: date) -> Iterator[Finding]:
    """Yield a finding if the last review is more than a year ago, or never was.

    Example:
        >>> [finding["what"] for finding in check_review("2024-01-01", date(2026, 1, 1))]
        ['last reviewed on 2024-01-01']
    """
    try:
        reviewed = date.fromisoformat(last_reviewed)
    except ValueError:
        said = f"{last_reviewed[:40]!r} is no date of a review" if last_reviewed else "no date of a review"
        yield Finding(kind="not_reviewed", line=1, what=said)
        return
    if today - reviewed > timedelta(days=_REVIEW_DAYS):
        yield Finding(kind="not_reviewed", line=1, what=f"last reviewed on {last_reviewed}")


def check_links(record: PageRecord, pages: Mapping[str, PageRecord]) -> Iterator[Finding]:
    """Yield the relative links to pages, and to headings in them, that lead nowhere.

    Only pages are known, so only links to them are looked at, and none that leaves the folders that are read.
    """
    roots = {path.partition("/")[0] for path in pages if "/" in path}
    for link in record["links"]:
        target, _, anchor = unquote(link["target"]).partition("#")
        path = (
            posixpath.normpath(posixpath.join(posixpath.dirname(record["path"]), target))
            if target
            else record["path"]
        )
        if target.startswith("/") or PurePosixPath(path).suffix.lower() not in DOCUMENT_SUFFIXES:
            continue
        page = pages.get(path)
        if page is None:
            if "/" not in path or path.partition("/")[0] in roots:
                yield Finding(kind="dead_link", line=link["line"], what=f"no page {path}")
        elif anchor and _plain(anchor) not in map(_plain, page["anchors"]):
            yield Finding(kind="dead_anchor", line=link["line"], what=f"{path} has no heading #{anchor}")


def _plain(anchor: str) -> str:
    """Renderers differ in what they make of punctuation."""
    return re.sub(r"[\W_]", "", anchor.lower())


def update_records(
    held: Mapping[str, PageRecord],
    dropped: list[str],
    carried_sources: list[str],
    read: Mapping[str, PageRecord],
) -> dict[str, PageRecord]:
    """Return the records of all pages after a run, by document id.

    Args:
        held: Those of the version that the run starts from.
        dropped: Ids of documents that changed or went.
        carried_sources: Sources of which everything else stays.
        read: Records of the pages that the run read.
    """
    gone = set(dropped)
    kept = {
        name: record
        for name, record in held.items()
        if name not in gone and record["repository"] in carried_sources
    }
    return {**kept, **read}
