"""Marks that stand for what Markdown has no sign for: a tab, a container of other tools, what isn't here.

Other dialects are rewritten to them before a page is read. A mark begins a block and tells how many lines
below it are within; no line is moved for it, so code stays as it is. Its characters are taken out of every
page before.
"""

import json
import re
from typing import Final, Literal, NotRequired, TypedDict

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
FILLER: Final = "\ue002"
"""Stands where a line would be empty that is within a paragraph; it shows nothing."""

_MARK: Final = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")


class Mark(TypedDict):
    """What a mark says.

    `label` are the words to choose it by, `language` that of code; of what is `omitted`, `label` is its
    target. `lines` below the mark are within it, `indent` columns further in. `raw` is what was written.
    """

    kind: Literal["quote", "tab", "details", "code", "omitted", "steps", "step"]
    raw: str
    label: NotRequired[str]
    name: NotRequired[str]
    lines: NotRequired[int]
    indent: NotRequired[int]


def write_mark(mark: Mark) -> str:
    """Return a mark as it stands in a line, spelt so that no other dialect finds anything in it."""
    return f"{OPEN}{json.dumps(mark).encode().hex()}{CLOSE}"


def read_mark(text: str, position: int) -> tuple[Mark, int] | None:
    """Return the mark at a place of a text and where it ends, or None.

    Example:
        >>> read_mark(write_mark({"kind": "tab", "raw": ""}) + "x", 0)
        ({'kind': 'tab', 'raw': ''}, 54)
    """
    found = _MARK.match(text, position)
    return (_spell_out(found), found.end()) if found else None


def _spell_out(found: re.Match[str]) -> Mark:
    mark: Mark = json.loads(bytes.fromhex(found[1]))
    return mark


def restore_marks(text: str) -> str:
    """Return a text as it was written where a mark stands that can begin no block.

    Example:
        >>> restore_marks(write_mark({"kind": "tab", "raw": "{{< tab >}}"}) + " in a row")
        '{{< tab >}} in a row'
    """
    if OPEN in text:
        text = _MARK.sub(lambda found: _spell_out(found)["raw"], text)
    return text.replace(FILLER, "")
