"""Finds the places of secrets in a text and puts masks there, in time that grows with the text's length only.

Patterns see a value's first `LONGEST` characters at most. What speaks for a secret stands there, and a
line of a million characters can't keep a pattern busy from each of its places to the end. A value that was
accepted is masked to its end, and the search goes on behind it.
"""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from processors.knowledge.redaction.values import MASK_HEAD, is_masked

Masker = Callable[[str], str]
"""Takes a text and returns it with its secrets masked, or takes a secret and returns its mask."""
Accepts = Callable[[re.Match[str]], bool]
Finder = Callable[[int], re.Match[str] | None]
"""Takes a place in a text and returns the next match at it or behind it."""

SECRET_GROUPS: Final = frozenset({"secret", "quoted", "escaped", "bare", "number", "double", "single"})
LONGEST: Final = 256
"""How many characters of a value are looked at to judge it."""
_WINDOW: Final = LONGEST + 128

_QUOTED_REST: Final = {quote: re.compile(rf"(?:[^{quote}\\]++|\\.)*+", re.DOTALL) for quote in "\"'`"}
_REST: Final = {
    "escaped": re.compile(r"[^\n\"'\\]*+"),
    "number": re.compile(r"[\d.eE+-]*+"),
    "secret": re.compile(r"[^\s\"'`\\<>&;,]*+"),
    "bare": re.compile(r"[^\s\"'`\\,;&|<>(){}\[\]]*+"),
}


def find_anywhere(pattern: re.Pattern[str], text: str) -> Finder:
    """Return a finder of a pattern's matches; the pattern must bound its own repeats."""
    return partial(pattern.search, text)


def find_at_places(pattern: re.Pattern[str], text: str, places: Iterable[int]) -> Finder:
    """Return a finder of the matches that begin at given places, which is much faster than to try everywhere.

    Args:
        pattern: Sees a window of each place; where it ends, the text seems to end.
        text: To search.
        places: In ascending order.
    """
    upcoming = iter(places)

    def find(begin: int) -> re.Match[str] | None:
        tried = (pattern.match(text, place, place + _WINDOW) for place in upcoming if place >= begin)
        return next((match for match in tried if match), None)

    return find


def replace_secrets(text: str, find: Finder, accepts: Accepts, mask: Masker) -> str:
    """Return a text in which the secrets of the accepted matches are masked.

    A match that isn't accepted may hold another one, so the search goes on within it.

    Args:
        text: To mask.
        find: Its matches. The secret is the first group with a name of `SECRET_GROUPS`, else the whole match.
        accepts: Has the last word on a match.
        mask: Takes a secret and returns what shall stand there.
    """
    pieces: list[str] = []
    done = at = 0
    while match := find(at):
        at = match.start() + 1
        if not accepts(match):
            continue
        name = next((name for name in match.re.groupindex if name in SECRET_GROUPS and match[name]), "")
        begin, end = match.start(name or 0), _find_end(match, name)
        # A mask stays, and so does what a pattern takes for a value within one.
        if is_masked(text[begin : begin + LONGEST]) or text.endswith(MASK_HEAD, 0, begin):
            continue
        masked = mask(text[begin:end])
        # A number, or a word behind a quoted key, would leave no JSON if its mask weren't quoted.
        is_unquoted = name == "number" or (name == "bare" and match.groupdict().get("closing") == '"')
        pieces += [text[done:begin], f'"{masked}"' if is_unquoted else masked]
        done = at = max(end, at)
    return "".join((*pieces, text[done:])) if pieces else text


def _find_end(match: re.Match[str], name: str) -> int:
    """Return where a secret ends, which may be behind what the pattern saw."""
    begin, end = match.span(name or 0)
    was_cut = match.endpos < len(match.string) and end >= match.endpos - 1
    if not name or not (was_cut or end - begin >= LONGEST):
        return end
    if name in ("quoted", "double", "single"):
        rest = _QUOTED_REST[match.groupdict().get("quote") or ("'" if name == "single" else '"')]
    else:
        rest = _REST[name]
    found = rest.match(match.string, end)
    return found.end() if found else end
