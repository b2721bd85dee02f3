"""What the runbooks of a version lack: a page for people and the same as JSON, the worst runbook first."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import TypedDict

from processors.knowledge.procedures import Finding
from processors.knowledge.procedures.checking import KINDS, PageRecord, check_page


class RunbookFindings(TypedDict):
    """A runbook and all that it lacks."""

    repository: str
    path: str
    title: str
    findings: list[Finding]


class RunbookReport(TypedDict):
    """Of all runbooks of a version. `counts` tells how many runbooks have a kind of lack."""

    as_of: str
    runbooks: int
    complete: int
    counts: dict[str, int]
    pages: list[RunbookFindings]


def build_report(records: Mapping[str, PageRecord], today: date) -> RunbookReport:
    """Return the report on all runbooks among the pages.

    Args:
        records: Of every page of a version, by document id.
        today: Decides which review is too long ago.
    """
    by_repository: dict[str, dict[str, PageRecord]] = defaultdict(dict)
    for record in records.values():
        by_repository[record["repository"]][record["path"]] = record
    pages = [
        RunbookFindings(
            repository=record["repository"],
            path=record["path"],
            title=record["title"],
            findings=check_page(record, by_repository[record["repository"]], today),
        )
        for record in records.values()
        if record["lacks"] is not None
    ]
    pages.sort(
        key=lambda page: (-len(_kinds(page)), -len(page["findings"]), page["repository"], page["path"])
    )
    counts = Counter(kind for page in pages for kind in _kinds(page))
    return RunbookReport(
        as_of=today.isoformat(),
        runbooks=len(pages),
        complete=sum(not page["findings"] for page in pages),
        counts={kind: counts[kind] for kind in KINDS},
        pages=pages,
    )


def _kinds(page: RunbookFindings) -> set[str]:
    return {finding["kind"] for finding in page["findings"]}


def render_report(report: RunbookReport) -> str:
    """Return the report as a Markdown page; titles and commands of others are text in it, never markup."""
    lines = [
        "# What the runbooks lack",
        "",
        f"{report['runbooks']} runbooks as of {report['as_of']}, {report['complete']} of them lack nothing.",
        "",
        "| lack | runbooks |",
        "|---|---:|",
        *(f"| {KINDS[kind]} | {count} |" for kind, count in report["counts"].items()),
        "",
        "| runbook | page | lacks |",
        "|---|---|---|",
    ]
    for page in report["pages"]:
        told = "; ".join(_tell(finding) for finding in page["findings"]) or "nothing"
        lines.append(f"| {_quote(page['title'])} | {_quote(page['path'])} | {told} |")
    return "\n".join(lines) + "\n"


def _tell(finding: Finding) -> str:
    place = f" (line {finding['line']})" if finding["line"] > 1 else ""
    return f"{_quote(finding['what'])}{place}"


def _quote(text: str) -> str:
    quoted = escape(" ".join(text.split())[:300], quote=False)
    for mark in "\\`*_[]|":
        quoted = quoted.replace(mark, f"\\{mark}")
    return quoted
