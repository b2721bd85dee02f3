"""A page that shows what others wrote: escaped, with nothing on it that may run or load."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template
from typing import Final

_PAGES: Final = Path(__file__).parent / "pages"


def make_headers(form_action: str = "'none'", sandbox: str = "sandbox") -> dict[str, str]:
    """Return the headers of such a page: nothing runs, loads, frames or keeps it.

    Args:
        form_action: Where a form on it may be sent, in the words of a content security policy.
        sandbox: What it may do in spite of all this, in the same words.
    """
    policy = f"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action {form_action}"
    return {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; {sandbox}",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        # The link to it ends, and its address holds what opens it.
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }


def read_template(name: str) -> Template:
    """Return what stands in a page, or in a part of one."""
    return Template((_PAGES / name).read_text(encoding="utf-8"))


_FRAME: Final = read_template("page.html")


def render_page(title: str, body: str, language: str = "en") -> str:
    """Return a whole page.

    Args:
        title: As text.
        body: As HTML, in which everything that others wrote is escaped.
        language: Of the page.
    """
    return _FRAME.substitute(title=escape(title), body=body, language=language)


def render_facts(facts: Iterable[tuple[str, str]]) -> str:
    """Return the rows of a table of names and values.

    Example:
        >>> render_facts([("path", "a<b.md")])
        '<tr><th>path</th><td>a&lt;b.md</td></tr>'
    """
    return "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts)
