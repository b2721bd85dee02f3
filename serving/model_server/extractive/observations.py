"""Cuts what was observed into lines: its text is no Markdown."""

from typing import Final

from serving.model_server.extractive.prompt import Source
from serving.model_server.extractive.units import Unit

LINE_KINDS: Final = ("log", "metric", "k8s", "ml_", "alert", "pipeline", "incident", "action")
"""A source whose kind starts so tells what happened."""

# What a window of log lines says of itself before it shows some of them.
_ABOUT_LINES: Final = ("New: ", "It varies in ")


def is_observation(source: Source) -> bool:
    """Tell whether a source is something that happened, not something that was written about it."""
    return source.kind.startswith(LINE_KINDS)


def split_lines(source: Source) -> list[Unit]:
    """Cut what was observed into units, a line each.

    Example:
        >>> [unit.text for unit in split_lines(Source(1, "t", "alert", "", "It fires.\\n1. no step"))]
        ['It fires.', '1. no step']
    """
    lines = [line.strip() for line in source.text.splitlines() if line.strip()]
    joined = _join_headline(lines) if source.kind.startswith("log") else lines
    return [Unit(source.n, order, "line", line) for order, line in enumerate(joined)]


def _join_headline(lines: list[str]) -> list[str]:
    """Put the first line that was logged behind how often and when: neither tells enough alone.

    Example:
        >>> _join_headline(["2 log lines of payment (error) at 10:00 UTC:", "New: never before.", "declined"])
        ['2 log lines of payment (error) at 10:00 UTC: declined', 'New: never before.']
    """
    about = [line for line in lines[1:] if line.startswith(_ABOUT_LINES)]
    logged = [line for line in lines[1:] if not line.startswith(_ABOUT_LINES)]
    if not logged or not lines[0].endswith("UTC:"):
        return lines
    return [f"{lines[0]} {logged[0]}", *logged[1:], *about]
