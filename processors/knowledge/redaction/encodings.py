"""Text in another encoding, in which secrets travel: percent signs of URLs, and base64."""

import base64
import binascii
import re
import urllib.parse
from collections.abc import Callable, Iterable
from typing import Final

from processors.knowledge.redaction.values import is_masked, is_name, is_placeholder

_PERCENT_RUN: Final = re.compile(r"[^\s\"'<>\\]++")
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_SIGNS: Final = re.compile(r"((?:%[0-9A-Fa-f]{2})++)")
# Most characters of text have no first bit. Of four signs of base64, three are then of a smaller alphabet, so
# what is made by chance is told from encoded text by its first signs.
_QUAD: Final = r"[A-Za-f][A-HQ-Xg-n0-3w-z][AEIMQUYcgkosw048BFJNRVZdhlptx159][A-Za-z0-9+/_-]"
_ENCODED_TEXT: Final = re.compile(rf"(?:{_QUAD}){{4}}[A-Za-z0-9+/_-]*+={{0,2}}")
_MASK: Final = re.compile(r"(<masked:[0-9a-f]{8}>)")
_UNREADABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_LOGIN: Final = re.compile(r"[\w.@+-]{1,64}+:(?P<secret>[^\s:/]{6,128}+)\n?")
"""A user and a password, as in basic authentication."""


def mask_percent(text: str, mask_text: Callable[[str], str]) -> str:
    """Return a text in which words with percent signs are decoded, masked and written again.

    Example:
        >>> mask_percent("a=b%3Dc d", lambda text: text.replace("b=c", "b=<masked:1f0c9a2b>"))
        'a=b%3D<masked:1f0c9a2b> d'
    """
    return _PERCENT_RUN.sub(lambda run: _mask_run(run.group(), mask_text), text) if "%" in text else text


def _mask_run(run: str, mask_text: Callable[[str], str]) -> str:
    if "%" not in run or not _PERCENT.search(run):
        return run
    decoded = urllib.parse.unquote(run)
    masked = mask_text(decoded)
    if masked == decoded:
        return run
    return _write_back(decoded, masked, _split_signs(run))


def _split_signs(run: str) -> list[str]:
    """Return how each character of a word is written: as itself, or as one sign or more.

    Example:
        >>> _split_signs("a%3D%D0%BF")
        ['a', '%3D', '%D0%BF']
    """
    written: list[str] = []
    for part in _SIGNS.split(run):
        if not part.startswith("%") or len(part) < len("%00"):
            written += part
            continue
        for character in urllib.parse.unquote(part):
            length = 3 * (1 if character == "\ufffd" else len(character.encode()))
            written.append(part[:length])
            part = part[length:]
    return written


def _write_back(decoded: str, masked: str, written: list[str]) -> str:
    """Return a masked word in which everything but the masks is written as it was."""
    pieces: list[str] = []
    place = 0
    for part in _MASK.split(masked):
        begin = -1 if is_masked(part) else decoded.find(part, place)
        if begin < 0:
            pieces.append(part if is_masked(part) else urllib.parse.quote(part))
            continue
        place = begin + len(part)
        pieces += written[begin:place]
    return "".join(pieces)


def mask_base64(
    text: str, runs: Iterable[tuple[int, int]], mask: Callable[[str], str], mask_text: Callable[[str], str]
) -> str:
    """Return a text in which base64 of a secret, or of a text that holds one, is masked as a whole.

    Args:
        text: To mask.
        runs: Where long runs of letters and digits begin and end in it.
        mask: Gives a secret's mask.
        mask_text: Masks what was decoded.
    """
    pieces: list[str] = []
    done = 0
    for begin, _ in runs:
        match = _ENCODED_TEXT.match(text, begin) if begin >= done else None
        if match and _hides_secret(match.group(), mask_text):
            pieces += [text[done:begin], mask(match.group())]
            done = match.end()
    return "".join((*pieces, text[done:])) if pieces else text


def _hides_secret(encoded: str, mask_text: Callable[[str], str]) -> bool:
    padded = encoded.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        decoded = base64.b64decode(padded + "=" * (-len(padded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    if _UNREADABLE.search(decoded):
        return False
    login = _LOGIN.fullmatch(decoded)
    if login and not (is_name(login["secret"]) or is_placeholder(login["secret"])):
        return True
    masked = mask_text(decoded)
    return masked != decoded and not is_masked(decoded)
