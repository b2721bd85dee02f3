"""What a reading of the index says: sentences, each with the observations that it was read from."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from processors.retrieval.hybrid import Hit

Language = Literal["en", "ru"]
Role = Literal["verdict", "item", "point", "detail"]

MOST_CITED: Final = 16
"""So many observations are cited by a reading."""
_MOST_CHARACTERS: Final = 600


class Line(NamedTuple):
    """A sentence of a reading.

    Attributes:
        text: Our words, and the names that they are about.
        evidence: Ids of the chunks that it was read from.
        quote: What one of them says, letter for letter; it is shown behind the text.
        role: A verdict is a sentence by itself, an item one of a numbered list, a point one of a list without
            numbers, and a detail belongs to the item before it.
    """

    text: str
    evidence: tuple[str, ...]
    quote: str = ""
    role: Role = "item"


class Reading(NamedTuple):
    """What a reading says.

    Attributes:
        lines: Its sentences, what matters most first.
        hits: The observations that they were read from, in the order in which they are cited.
        is_empty: Nothing of what was asked about is there; then the lines tell where was looked.
        is_own: It tells of the platform itself, which no observation has to show: no model is asked.
        is_partial: What documents say belongs to the answer, too.
    """

    lines: tuple[Line, ...]
    hits: tuple[Hit, ...] = ()
    is_empty: bool = False
    is_own: bool = False
    is_partial: bool = False


def make_reading(
    lines: Iterable[Line], hits: Iterable[Hit], *, is_empty: bool = False, is_own: bool = False
) -> Reading:
    """Return a reading with the observations that its lines cite; of long ones what is told stays.

    Args:
        lines: What matters most first.
        hits: Among them all that is cited.
        is_empty: Nothing of what was asked about is there.
        is_own: It tells of the platform itself.

    Example:
        >>> hits = [{"chunk_id": "a", "text": "x"}, {"chunk_id": "b", "text": "y"}]
        >>> reading = make_reading([Line("b is wrong", ("b", "gone"))], hits)
        >>> [hit["chunk_id"] for hit in reading.hits], reading.lines[0].evidence
        (['b'], ('b',))
    """
    found = {hit["chunk_id"]: hit for hit in hits}
    lines = [
        line._replace(evidence=tuple(dict.fromkeys(key for key in line.evidence if key in found)))
        for line in lines
    ]
    order = dict.fromkeys(key for line in lines for key in line.evidence[:1])
    order |= dict.fromkeys(key for line in lines for key in line.evidence)
    cited = dict.fromkeys([*order][:MOST_CITED])
    kept = [line._replace(evidence=tuple(key for key in line.evidence if key in cited)) for line in lines]
    told = tuple(line for line in kept if line.evidence or is_empty or is_own)
    if not told:
        # Nothing at all was observed yet, so nothing can be cited.
        return Reading(tuple(kept), (), is_empty=True)
    shown = (_shorten(found[key], [line for line in told if key in line.evidence]) for key in cited)
    return Reading(told, tuple(shown), is_empty, is_own)


def name_items(reading: Reading) -> list[str]:
    """Return the titles of what the numbered items of a reading are about: "the second one" is one of them.

    Example:
        >>> hits = [{"chunk_id": "a", "text": "x", "title": "Pod a"}]
        >>> name_items(make_reading([Line("a is wrong", ("a",))], hits))
        ['Pod a']
    """
    titles = {hit["chunk_id"]: hit["title"] for hit in reading.hits}
    return [titles[line.evidence[0]] for line in reading.lines if line.role == "item" and line.evidence]


def _shorten(hit: Hit, told: Iterable[Line]) -> Hit:
    """Return a hit with as many of its first lines as a citation needs, and with all that is told of it."""
    text = hit["text"]
    if len(text) <= _MOST_CHARACTERS:
        return hit
    cut = text.rfind("\n", 0, _MOST_CHARACTERS)
    begin = text[: cut if cut > 0 else _MOST_CHARACTERS].rstrip()
    said = "\n".join(f"{line.text}\n{line.quote}" for line in told)
    # The head of a line may be told in another language, and the dot at its end left out.
    parts = ((line, line.partition(": ")[2] or line) for line in text[len(begin) :].splitlines())
    shown = [line for line, part in parts if part.strip() and part.rstrip(".") in said]
    return {**hit, "text": "\n".join([begin, *shown])}
