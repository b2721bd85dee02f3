"""`python -m evaluation.benchmarks.documents <folder>…`: pages/s, warnings, and what the runbooks lack.

Reads every Markdown page below each folder, finds its procedure and cuts it, in one process, without a stack;
a word counts as a token.
"""

import re
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from evaluation.report.runbook_report import build_report
from processors.knowledge.markdown.chunking import cut_document
from processors.knowledge.markdown.cutting import make_splitter
from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.procedures.checking import record_page
from processors.knowledge.procedures.reading import read_procedure

_CHUNK_WORDS: Final = 160


def measure_folder(folder: Path) -> str:
    """Return one paragraph of figures about the pages below a folder."""
    # The folder's own name counts: below `runbooks`, pages are runbooks.
    pages = {
        str(path.relative_to(folder.resolve().parent)): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.resolve().rglob("*.md"))
    }
    began = time.perf_counter()
    documents = [parse_document(path, text) for path, text in pages.items()]
    procedures = [read_procedure(page) for page in documents]
    splitter = make_splitter(lambda text: len(text.split()), _CHUNK_WORDS)
    chunks = sum(len(cut_document(page, splitter)) for page in documents)
    seconds = time.perf_counter() - began
    told = Counter(
        re.sub(r"\d+", "N", warning.split(": ", 1)[1]) for page in documents for warning in page["warnings"]
    )
    records = {
        page["path"]: record_page(str(folder), page, procedure)
        for page, procedure in zip(documents, procedures, strict=True)
    }
    report = build_report(records, datetime.now(UTC).date())
    lines = [
        f"{folder}: {len(pages)} pages, {len(pages) / max(seconds, 1e-9):.0f} pages/s, {chunks} chunks",
        *(f"  warning: {count} times: {what}" for what, count in told.most_common()),
        f"  runbooks: {report['runbooks']}, complete: {report['complete']}",
        *(f"  runbooks with {kind}: {count}" for kind, count in report["counts"].items()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        sys.stdout.write(measure_folder(Path(argument)))
