"""The numbers of a Word document's paragraphs as Word shows them.

Lists that share a definition share its counter, so that one goes on where another one ended; an override
begins anew. A level begins anew below each number above it.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from processors.knowledge.documents.docx_names import qn, read_number, value_of

DEEPEST: Final = 8
_INDENT: Final = 360
_SHOWN: Final = re.compile(
    r"\(?([A-Za-z]|[ivxlcdm]{2,6}|[IVXLCDM]{2,6}|\d{1,9}|\d{1,4}(?:\.\d{1,4}){1,5})[.):]?"
)
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_ALPHABETS: Final = {"Letter": "abcdefghijklmnopqrstuvwxyz", "russian": "абвгдежзиклмнопрстуфхцчшщэюя"}


class Level(NamedTuple):
    """A level of a list: how its number is written, from where on it counts, where it stands, in twips."""

    form: str
    start: int
    text: str
    indent: int


class Number(NamedTuple):
    """The mark of a paragraph: `shown` is a number as blocks hold it, `words` are any other mark."""

    shown: str
    words: str


class Numbering:
    """The lists of a document and how far each has counted."""

    def __init__(self, part: Any) -> None:
        """Read the part `numbering`, which may be None."""
        # A style of Word's own counts without a definition too.
        self.levels = {
            ("number", at): Level("decimal", 1, f"%{at + 1}.", 2 * at * _INDENT) for at in range(DEEPEST + 1)
        }
        self.counters: dict[str, str] = {}
        self._overrides: dict[tuple[str, int], int] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if part is not None:
            self._read(part)

    def _read(self, part: Any) -> None:
        definitions = {one.get(qn("w:abstractNumId"), ""): one for one in part.iter(qn("w:abstractNum"))}
        styled = {value_of(one, "w:styleLink"): name for name, one in definitions.items()}
        for number in part.iter(qn("w:num")):
            list_id, name = number.get(qn("w:numId"), ""), value_of(number, "w:abstractNumId") or ""
            linked = value_of(definitions[name], "w:numStyleLink") if name in definitions else None
            name = styled.get(linked, name) if linked else name
            self.counters[list_id] = name
            if name in definitions:
                self.levels.update(_read_levels(list_id, definitions[name]))
            for override in islice(number.iter(qn("w:lvlOverride")), DEEPEST + 1):
                self.levels.update(_read_levels(list_id, override))
                if (start := value_of(override, "w:startOverride")) is not None:
                    self._overrides[list_id, read_number(override.get(qn("w:ilvl")))] = read_number(start)

    def count(self, list_id: str, level: int) -> Number:
        """Return the number of the next paragraph of a list, empty for a bullet."""
        held = self.levels.get((list_id, level))
        if held is None or held.form in ("bullet", "none"):
            return Number("", "")
        counts = self._counts.setdefault(self.counters.get(list_id, list_id), {})
        begin = self._overrides.pop((list_id, level), None)
        counts[level] = counts.get(level, held.start - 1) + 1 if begin is None else begin
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        return read_mark(
            re.sub(r"%([1-9])", lambda found: self._write(list_id, int(found[1]) - 1), held.text)
        )

    def _write(self, list_id: str, level: int) -> str:
        held = self.levels.get((list_id, level)) or Level("decimal", 1, "", 0)
        counts = self._counts[self.counters.get(list_id, list_id)]
        return write_number(counts.get(level, held.start), held.form)


def _read_levels(list_id: str, parent: Any) -> Iterator[tuple[tuple[str, int], Level]]:
    for level in islice(parent.iter(qn("w:lvl")), DEEPEST + 1):
        at = read_number(level.get(qn("w:ilvl")))
        text = value_of(level, "w:lvlText")
        yield (
            (list_id, at),
            Level(
                form=value_of(level, "w:numFmt") or "decimal",
                start=read_number(value_of(level, "w:start"), 1),
                text=f"%{at + 1}." if text is None else text[:100],
                indent=read_indent(level, _INDENT * (2 * at + 2)) - _INDENT,
            ),
        )


def read_indent(holder: Any, default: int) -> int:
    """Return how far a paragraph, level or style says that it stands to the right, in twips."""
    indent = holder.find(qn("w:pPr/w:ind"))
    if indent is None:
        return default
    return read_number(indent.get(qn("w:left"), indent.get(qn("w:start"))), default)


def read_mark(label: str) -> Number:
    """Return the mark of a paragraph as a number, or as words where it is more than that.

    Example:
        >>> read_mark("2.1."), read_mark("(a)"), read_mark("03"), read_mark("Step 3:").words
        (Number(shown='2.1', words=''), Number(shown='a', words=''), Number(shown='3', words=''), 'Step 3:')
    """
    label = " ".join(label.split())
    found = _SHOWN.fullmatch(label)
    return Number(re.sub(r"^0+(?=\d)", "", found[1]), "") if found else Number("", label)


def write_number(number: int, form: str) -> str:
    """Return a number in one of Word's forms; those of other languages' numerals are written as digits.

    Example:
        >>> [write_number(28, form) for form in ("decimal", "lowerLetter", "upperRoman", "ordinal")]
        ['28', 'bb', 'XXVIII', '28th']
    """
    for name, alphabet in _ALPHABETS.items():
        if form in (f"lower{name}", f"upper{name}", f"{name}Lower", f"{name}Upper") and number > 0:
            letters = alphabet[(number - 1) % len(alphabet)] * min((number - 1) // len(alphabet) + 1, 9)
            return letters.upper() if "pper" in form else letters
    if form in ("lowerRoman", "upperRoman"):
        return _write_roman(number) if form == "lowerRoman" else _write_roman(number).upper()
    if form == "ordinal":
        last = 0 if number // 10 % 10 == 1 else number % 10
        return f"{number}{['th', 'st', 'nd', 'rd'][last] if last < 4 else 'th'}"
    return f"{number:02}" if form == "decimalZero" else str(number)


def _write_roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written
