"""A page as a tree of blocks: pure data, which everything that shows, cuts or answers is made from.

A tree holds what an author sees: a step's number, its code letter for letter, the label of a tab. Emphasis is
dropped. Lines count from 1 and are those of the page.
"""

from typing import Final, Literal, NotRequired, TypedDict

SpanKind = Literal["text", "code", "link", "image", "break", "placeholder"]
BlockKind = Literal[
    "paragraph",
    "heading",
    "code",
    "list",
    "item",
    "quote",
    "tab",
    "details",
    "table",
    "rule",
    "omitted",
]

LABELLED: Final = ("quote", "tab", "details")
"""Blocks that stand apart and may have a label."""


class Span(TypedDict):
    """A piece of a line.

    A `link` is words with a `url`, `code` may have one as well. Of an `image`, `text` are the words for it,
    and a `placeholder` such as `<pod>` is what the reader is to fill in. A `break` has no text.
    """

    kind: SpanKind
    text: str
    url: NotRequired[str]


Cell = list[Span]
"""What stands in a cell of a table: lines, with a `break` between two of them."""


class Block(TypedDict):
    """A block and the lines that it came from; `kind` says which of the other fields it has.

    - `paragraph`: `spans`.
    - `heading`: `level`, `spans`, and `anchor` if the page names one.
    - `code`: `language`, `text` letter for letter without the last line end, and a `title`, if it has one.
    - `list`: `ordered`, `children`, all of them items.
    - `item`: `number` as it is shown, such as `1`, `a` or `2.1`, else empty; `done` of a task; `children`.
    - `quote`: `label` such as `NOTE`, or empty; its own `title`, if it has one; `children`.
    - `tab`, `details`: `label`, the words to choose it by; `children`.
    - `table`: `header`, a row, and `rows`, all of one length.
    - `rule`: nothing.
    - `omitted`: `what` is not here, such as `include`, and its `target`, a path or name.
    """

    kind: BlockKind
    first: int
    last: int
    spans: NotRequired[list[Span]]
    children: NotRequired[list["Block"]]
    level: NotRequired[int]
    anchor: NotRequired[str]
    language: NotRequired[str]
    text: NotRequired[str]
    title: NotRequired[str]
    ordered: NotRequired[bool]
    number: NotRequired[str]
    done: NotRequired[bool | None]
    label: NotRequired[str]
    header: NotRequired[list[Cell]]
    rows: NotRequired[list[list[Cell]]]
    what: NotRequired[str]
    target: NotRequired[str]
