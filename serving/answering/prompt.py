"""The prompt: a template in a file, and the sources fenced as data in it."""

from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from processors.retrieval.conditions import DYNAMIC_KINDS
from processors.retrieval.hybrid import Hit
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings.composing import compose_reading
from processors.retrieval.readings.reading import Reading

PROMPT_VERSION: Final = "answer.v4"


@cache
def load_template(version: str) -> tuple[str, Template]:
    """Return the system message and the template of the user's message; `---` stands between them."""
    text = (Path(__file__).parent / "prompts" / f"{version}.md").read_text(encoding="utf-8")
    system, _, user = text.partition("\n---\n")
    return system.strip(), Template(user.strip())


def build_messages(
    question: str,
    sources: Sequence[Hit],
    history: Sequence[dict[str, Any]],
    window: TimeWindow | None = None,
    condensed: str | None = None,
    reading: Reading | None = None,
) -> list[dict[str, Any]]:
    """Return the messages for the model: rules, conversation so far, then sources and question.

    Args:
        question: The last message of the user.
        sources: What the answer may cite; source n is the n-th of them.
        history: Earlier messages, as they came.
        window: The time that the question asks about, if it names one.
        condensed: A follow-up as it was searched for.
        reading: What the index says by the reading of the question's kind.
    """
    system, user = load_template(PROMPT_VERSION)
    asked = f"Time asked about: {describe_window(window)}\n" if window else ""
    fenced = "\n".join(_render_source(n, hit) for n, hit in enumerate(sources, start=1))
    in_full = f"Question in full: {_to_line(condensed)}\n" if condensed else ""
    read = _render_reading(reading, sources) if reading else ""
    content = user.substitute(sources=fenced, reading=read, asked=asked, whole=in_full, question=question)
    return [{"role": "system", "content": system}, *history, {"role": "user", "content": content}]


def _render_reading(reading: Reading, sources: Sequence[Hit]) -> str:
    """Return a reading fenced like the sources that its numbers name; empty if none of them is there."""
    composed = compose_with(reading, sources)
    kind = ' with="documents"' if reading.is_partial else ""
    return f"<reading{kind}>\n{escape(composed, quote=False)}\n</reading>\n\n" if composed else ""


def compose_with(reading: Reading, sources: Sequence[Hit]) -> str:
    """Return a reading as Markdown whose numbers are those of the sources, from 1."""
    numbers = {hit["chunk_id"]: n for n, hit in reversed([*enumerate(sources, start=1)])}
    return compose_reading(reading.lines, numbers)


def _to_line(text: str) -> str:
    return " ".join(text.split())


def describe_window(window: TimeWindow) -> str:
    """Return a window in words that do in any language.

    Example:
        >>> from datetime import datetime
        >>> describe_window(TimeWindow(datetime(2026, 11, 20, 22), datetime(2026, 11, 21, 2)))
        '2026-11-20 22:00 – 2026-11-21 02:00 UTC'
        >>> describe_window(TimeWindow(datetime(2026, 11, 20, 10), datetime(2026, 11, 20, 11, 30)))
        '2026-11-20 10:00 – 11:30 UTC'
    """
    begin, end = window
    day = "" if begin.date() == end.date() else f"{end:%Y-%m-%d} "
    return f"{begin:%Y-%m-%d %H:%M} – {day}{end:%H:%M} UTC"


def _render_source(n: int, hit: Hit) -> str:
    """Return a source whose text can't close its own fence."""
    attributes = {"n": str(n), "title": title_of(hit), "kind": hit["kind"], "observed_at": hit["observed_at"]}
    if hit["kind"] in DYNAMIC_KINDS and hit["severity"]:
        attributes["severity"] = hit["severity"]
    rendered = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<source {rendered}>\n{escape(hit['text'], quote=False)}\n</source>"


def title_of(hit: Hit) -> str:
    """Return the title that a person is shown: the path of headings where there is one.

    Example:
        >>> title_of({"title": "Disk full", "heading_path": "Disk full > Fix"})
        'Disk full > Fix'
    """
    return hit["heading_path"] or hit["title"]
