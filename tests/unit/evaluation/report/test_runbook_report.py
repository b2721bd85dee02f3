"""The report names every runbook and what it lacks, the worst first, as text that can't act."""

from datetime import date

from evaluation.report.runbook_report import build_report, render_report
from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.procedures.checking import PageRecord, record_page
from processors.knowledge.procedures.reading import read_procedure

WHOLE = (
    "---\ntitle: Whole\nalert: Red\nowner: a\nlast_reviewed: 2026-11-01\n---\n"
    "## Symptoms\n\nx\n\n## Steps\n\n1. x\n\n## Rollback\n\nx\n"
)


def records(**pages: str) -> dict[str, PageRecord]:
    documents = {name: parse_document(f"runbooks/{name}.md", text) for name, text in pages.items()}
    return {name: record_page("r", page, read_procedure(page)) for name, page in documents.items()}


def test_the_worst_runbook_comes_first_and_kinds_are_counted_by_runbook() -> None:
    pages = records(
        whole=WHOLE, links=WHOLE.replace("1. x", "1. x" + " [a](no.md)" * 6), empty="nothing", README="index"
    )
    report = build_report(pages, date(2026, 11, 21))
    assert [page["path"] for page in report["pages"]] == [
        f"runbooks/{n}.md" for n in ("empty", "links", "whole")
    ]
    assert (report["runbooks"], report["complete"]) == (3, 1)
    assert (
        report["counts"]["dead_link"],
        report["counts"]["no_steps"],
        report["counts"]["broken_command"],
    ) == (1, 1, 0)
    page = render_report(report)
    assert "| a dead link | 1 |" in page
    assert "| Whole | runbooks/whole.md | nothing |" in page
    assert "no page runbooks/no.md (line 13); " in page


def test_a_title_is_text_in_the_report() -> None:
    page = render_report(
        build_report(records(x='---\ntitle: "a | b <script> [c](javascript:d)"\n---\nx'), date(2026, 11, 21))
    )
    row = next(line for line in page.splitlines() if "runbooks/x.md" in line)
    assert row.count("|") - row.count("\\|") == 4
    assert "<script>" not in row
    assert "](" not in row
