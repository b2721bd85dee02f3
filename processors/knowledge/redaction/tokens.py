"""Finds tokens where long runs of letters and digits stand.

All tokens hold such a run. To find the runs of a text takes a microsecond, to compare their beginnings with
those of sixty issuers' tokens less; to look for each issuer's beginning in the text would take fifteen.
"""

from collections.abc import Iterator
from typing import Final

from processors.knowledge.redaction.detectors import Detector
from processors.knowledge.redaction.issuers import DOTTED, DOTTED_HEAD, ISSUERS, JSON_WEB_TOKEN, MAILCHIMP

Run = tuple[int, int]
"""Where a run of letters, digits, dashes and underscores begins and ends."""

_RUN: Final = 15
_IN_RUN: Final = bytes(
    ord("x") if code < 128 and (chr(code).isalnum() or chr(code) in "_-") else ord(" ") for code in range(256)
)
_HEADS: Final = frozenset(head[:3] for issuer in ISSUERS for head in issuer.heads)
_LOOK_BACK: Final = 24
_JOINTS: Final = frozenset(".:$")


def find_runs(text: str) -> Iterator[Run]:
    """Yield the long runs of a text.

    Example:
        >>> list(find_runs("id 0123456789abcdef, é"))
        [(3, 19)]
    """
    classes = text.encode("latin-1", "replace").translate(_IN_RUN)
    wanted = b"x" * _RUN
    begin = classes.find(wanted)
    while begin >= 0:
        end = classes.find(b" ", begin)
        end = end if end >= 0 else len(classes)
        yield begin, end
        begin = classes.find(wanted, end)


def find_tokens(text: str, runs: list[Run]) -> list[Detector]:
    """Return the detectors of the tokens that may stand at a text's runs."""
    found: dict[Detector, None] = {}
    for begin, end in runs:
        before = text[begin - 1 : begin]
        places = [begin, begin + 1, begin + 5] if before == "\\" else [begin]
        dash = text.find("-", begin, end)
        while dash >= 0:
            places.append(dash + 1)
            dash = text.find("-", dash + 1, end)
        for place in places:
            if text[place : place + 3] in _HEADS:
                found |= {i.detector: None for i in ISSUERS if text.startswith(i.heads, place)}
        if before in _JOINTS and DOTTED_HEAD.search(text, max(0, begin - _LOOK_BACK), begin):
            found |= dict.fromkeys(DOTTED)
        if "-us" in text[end - 5 : end]:
            found[MAILCHIMP] = None
    if "eyJ" in text:
        found[JSON_WEB_TOKEN] = None
    return list(found)
