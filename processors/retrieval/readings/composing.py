"""A reading as Markdown: its sentences with the numbers of their sources, and nothing in it that acts."""

from collections.abc import Iterable, Iterator, Mapping

from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.quoting import quote_span
from processors.retrieval.readings.reading import Line


def compose_reading(lines: Iterable[Line], numbers: Mapping[str, int]) -> str:
    r"""Return the lines of a reading as Markdown.

    A line all of whose evidence has no number is left out: nobody could look at what it says.

    Args:
        lines: Of a reading.
        numbers: Of the sources, by chunk ids.

    Example:
        >>> lines = [
        ...     Line("Deployment a is wrong", ("x",), quote="0 of 3 [7]"),
        ...     Line("Likely cause: b", ("y",), role="detail"),
        ...     Line("Gone", ("z",)),
        ... ]
        >>> print(compose_reading(lines, {"x": 1, "y": 2}))
        1. Deployment a is wrong `0 of 3 [7]` [1]
           - Likely cause: b [2]
    """
    told = [line for line in lines if not line.evidence or any(key in numbers for key in line.evidence)]
    return "\n".join(_compose(told, numbers))


def _compose(lines: Iterable[Line], numbers: Mapping[str, int]) -> Iterator[str]:
    count, before = 0, ""
    for line in lines:
        said = _say(line, numbers)
        is_other_part = before and line.role != before and {line.role, before} != {"item", "detail"}
        if is_other_part or (before == "verdict" == line.role):
            yield ""
        if line.role == "item":
            count += 1
            yield f"{count}. {said}"
        else:
            yield {"verdict": said, "point": f"- {said}", "detail": f"   - {said}"}[line.role]
        before = line.role


def _say(line: Line, numbers: Mapping[str, int]) -> str:
    text = defuse_markdown(" ".join(line.text.split()), is_quoted=True)
    cited = [numbers[key] for key in line.evidence if key in numbers]
    # A line that leads others in claims nothing, unless it quotes.
    leads = line.role == "verdict" and text.endswith(":") and not line.quote
    citation = f"[{', '.join(map(str, cited))}]" if cited and not leads else ""
    return " ".join(filter(None, (text, quote_span(line.quote), citation)))
