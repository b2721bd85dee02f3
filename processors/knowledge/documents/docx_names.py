"""Names and values in the XML of a Word document."""

from functools import lru_cache
from typing import Any

from docx.oxml import ns


@lru_cache(maxsize=256)
def qn(path: str) -> str:
    """Return a path of prefixed names with the namespaces that lxml wants.

    Example:
        >>> qn("w:pPr/w:pStyle").count("{http://schemas.openxmlformats.org/")
        2
    """
    return "/".join(ns.qn(name) for name in path.split("/"))


def value_of(element: Any, path: str) -> str | None:
    """Return the attribute `w:val` of an element below another one, such as `w:pPr/w:pStyle`."""
    found = element.find(qn(path)) if element is not None else None
    return None if found is None else found.get(qn("w:val"), "")


def read_number(text: str | None, default: int = 0) -> int:
    """Return a number that is no larger than a person would write, or the default if it is none.

    Example:
        >>> read_number("3"), read_number(None, 1), read_number("many", 1), read_number("9" * 99)
        (3, 1, 1, 9999)
    """
    return min(int(text[:5]), 9999) if text and text.isascii() and text.isdigit() else default


def is_on(element: Any, path: str) -> bool:
    """Tell whether a property that is on or off, such as `w:rPr/w:vanish`, is on."""
    value = value_of(element, path)
    return value is not None and value not in ("0", "false", "off")
