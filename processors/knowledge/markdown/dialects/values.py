"""Values that a page gives names to, and where they are used."""

import re
from collections.abc import Mapping
from typing import Any, Final

from processors.knowledge.markdown.front_matter import to_text

_ASSIGN: Final = re.compile(
    r"\{%-?\s*assign\s+([\w-]+)\s*=\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|(\d[\d.]*))\s*-?%\}"
)
_CAPTURE: Final = re.compile(
    r"\{%-?\s*capture\s+[\"']?([\w-]+)[\"']?\s*-?%\}((?:(?!\{%-?\s*(?:end)?capture).){0,4000}?)\{%-?\s*endcapture\s*-?%\}",
    re.DOTALL,
)
_EXPORT: Final = re.compile(
    r"^export\s+const\s+(\w+)\s*=\s*(?:\"([^\"\n]*)\"|'([^'\n]*)');?\s*$", re.MULTILINE
)

Values = Mapping[str, str]


def collect_values(text: str, front_matter: Mapping[str, Any]) -> dict[str, str]:
    """Return what a page says of itself, by the names that its text uses.

    Args:
        text: Of the page.
        front_matter: Of the page.

    Example:
        >>> collect_values("{% assign v = '1.2' %}", {"hall": "b"})
        {'page.hall': 'b', 'v': '1.2'}
    """
    values = {f"page.{name}": to_text(value) for name, value in front_matter.items()}
    if "{%" in text:
        values |= {found[1]: found[2] or found[3] or found[4] or "" for found in _ASSIGN.finditer(text)}
        for found in _CAPTURE.finditer(text):
            if "\n" not in found[2].strip():
                values[found[1]] = found[2].strip()
    if "export const" in text:
        values |= {found[1]: found[2] or found[3] or "" for found in _EXPORT.finditer(text)}
    return {name: value for name, value in values.items() if value and "\n" not in value}
