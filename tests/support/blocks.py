"""Trees of blocks as the reader gives them, made up by hypothesis."""

from typing import Any

from hypothesis import strategies as st

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.spans import settle_spans

_SIGNS = "ab Z9ж*_`~#>|<&;:.!()[]{}\\/-+=$'\"é\u00a0"
# fmt: off
_MARKUP = [
    "Look.", "1. x", "2) x", "- x", "# x", "> x", "***", "---", "a. x", "2.1. x", "[ ] x", "[x]",
    "[!NOTE] x", "[a](b)", "[a]: b", "![a](b)", "<b>x</b>", "<pod>", "<!-- x", "&amp;", "a\\", "```", "~~~",
    "x_y_z", "{#a}", "| a | b |", "| --- | --- |", "https://x.example/a_b_c", "<https://x>", "***x***",
    "C #", "#", "=", "+ 1",
]
# fmt: on
WORDS = st.one_of(st.text(st.sampled_from(_SIGNS), max_size=12), st.sampled_from(_MARKUP))
CODE = st.text(st.sampled_from("ab \t\n`~|$\\<&>#-1."), max_size=20)
URLS = st.sampled_from(
    ["https://x.example/a", "../a b.md#c", "a_(b).md", "tel:+49-30", "<x>", "a\\b&amp;c", "печь.md"]
)


def _text(words: str) -> Span:
    return Span(kind="text", text=words)


SPAN = st.one_of(
    WORDS.map(_text),
    CODE.map(lambda code: Span(kind="code", text=code.replace("\n", " "))),
    st.builds(lambda words, url: Span(kind="link", text=words, url=url), WORDS.filter(str.strip), URLS),
    st.builds(lambda words, url: Span(kind="code", text=words, url=url), st.just("x y"), URLS),
    st.builds(lambda words, url: Span(kind="image", text=" ".join(words.split()), url=url), WORDS, URLS),
    st.just(Span(kind="break", text="")),
    st.sampled_from(["<pod>", "<your name>"]).map(lambda words: Span(kind="placeholder", text=words)),
)
SPANS = st.lists(SPAN, min_size=1, max_size=4).map(settle_spans).filter(bool)
LINE = st.lists(SPAN, max_size=3).map(lambda spans: settle_spans(s for s in spans if s["kind"] != "break"))
LABEL = WORDS.map(lambda words: " ".join(words.split()))


def block(kind: str, **fields: Any) -> Block:
    """Return a block that stands in no line."""
    return {"kind": kind, "first": 0, "last": 0, **fields}  # type: ignore[typeddict-item]


def _table(rows: list[list[list[Span]]]) -> Block:
    width = len(rows[0])
    rows = [[*row, *([] for _ in range(width))][:width] for row in rows]
    return block("table", header=rows[0], rows=rows[1:])


LEAF = st.one_of(
    SPANS.map(lambda spans: block("paragraph", spans=spans)),
    st.builds(lambda level, spans: block("heading", level=level, spans=spans), st.integers(1, 6), LINE),
    st.builds(lambda spans: block("heading", level=2, spans=spans, anchor="a-b"), LINE),
    st.builds(
        lambda name, text: block("code", language=name, text=text),
        st.sampled_from(["", "sh", "{.x}"]),
        CODE.filter(lambda c: c != "\n"),
    ),
    st.just(block("code", language="yaml", text="a: 1", title="a.yaml")),
    st.just(block("rule")),
    st.builds(lambda what: block("omitted", what=what, target="a/b.md"), LABEL.filter(bool)),
    st.lists(
        st.lists(st.lists(SPAN, max_size=3).map(settle_spans), min_size=1, max_size=3), min_size=1, max_size=3
    ).map(_table),
)


def _items(numbers: list[str], children: list[list[Block]], done: list[bool | None]) -> list[Block]:
    return [
        block("item", number=number, done=mark, children=held)
        for number, mark, held in zip(numbers, done, children, strict=True)
    ]


def _list(draw: Any, inner: Any) -> Block:
    count = draw(st.integers(1, 3))
    first = draw(st.integers(0, 12))
    numbers = draw(
        st.sampled_from(
            [
                [""] * count,
                [str(first + at) for at in range(count)],
                ["a", "b", "c"][:count],
                ["2.1", "2.2", "2.4"][:count],
            ]
        )
    )
    children = [draw(st.lists(inner, max_size=3)) for _ in range(count)]
    done = [draw(st.sampled_from([None, None, True, False])) for _ in range(count)]
    return block("list", ordered=bool(numbers[0]), children=_items(numbers, children, done))


def _extend(inner: Any) -> Any:
    held = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.composite(lambda draw: _list(draw, inner))(),
        st.builds(
            lambda label, blocks: block("quote", label=label, children=blocks),
            st.sampled_from(["", "NOTE"]),
            held,
        ),
        st.builds(
            lambda title, blocks: block("quote", label="TIP", title=title, children=blocks),
            LABEL.filter(bool),
            held,
        ),
        st.builds(
            lambda kind, label, blocks: block(kind, label=label, children=blocks),
            st.sampled_from(["tab", "details"]),
            LABEL,
            held,
        ),
    )


BLOCK = st.recursive(LEAF, _extend, max_leaves=8)
TREE = st.lists(BLOCK, max_size=4)
