"""The prompt: a template in a file, and the sources fenced as data in it."""

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from processors.retrieval import Hit

PROMPT_VERSION: Final = "answer.v1"

# About 3,000 tokens: leaves room in an 8k context, and keeps a small model fast.
_SOURCE_CHARACTERS: Final = 12_000


@cache
def _load_template(version: str) -> tuple[str, Template]:
    """Return the system message and the template of the user's message; `---` stands between them."""
    text = (Path(__file__).parent / "prompts" / f"{version}.md").read_text(encoding="utf-8")
    system, _, user = text.partition("\n---\n")
    return system.strip(), Template(user.strip())


def choose_sources(hits: Iterable[Hit], budget: int = _SOURCE_CHARACTERS) -> list[Hit]:
    """Return the best hits whose texts fit the budget together.

    A hit that is too long is left out and shorter ones after it still get their chance.

    Args:
        hits: Hits, best first.
        budget: Characters of text in all.

    Example:
        >>> [hit["text"] for hit in choose_sources([{"text": "aa"}, {"text": "bbb"}, {"text": "c"}], 3)]
        ['aa', 'c']
    """
    chosen: list[Hit] = []
    for hit in hits:
        if len(hit["text"]) <= budget:
            chosen.append(hit)
            budget -= len(hit["text"])
    return chosen


def build_messages(
    question: str, sources: Sequence[Hit], history: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the messages for the model: rules, conversation so far, then sources and question.

    Args:
        question: The last message of the user.
        sources: What the answer may cite; source n is the n-th of them.
        history: Earlier messages, as they came.
    """
    system, user = _load_template(PROMPT_VERSION)
    fenced = "\n".join(_render_source(n, hit) for n, hit in enumerate(sources, start=1))
    content = user.substitute(sources=fenced, question=question)
    return [{"role": "system", "content": system}, *history, {"role": "user", "content": content}]


def _render_source(n: int, hit: Hit) -> str:
    """Return a source whose text can't close its own fence."""
    attributes = {"n": str(n), "title": title_of(hit), "kind": hit["kind"], "observed_at": hit["observed_at"]}
    rendered = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<source {rendered}>\n{escape(hit['text'], quote=False)}\n</source>"


def title_of(hit: Hit) -> str:
    """Return the title that a person is shown: the path of headings where there is one.

    Example:
        >>> title_of({"title": "Disk full", "heading_path": "Disk full > Fix"})
        'Disk full > Fix'
    """
    return hit["heading_path"] or hit["title"]
