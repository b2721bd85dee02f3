"""Words by chance, and templates that are filled with them: the same for a seed.

A template names what stands between « and »: an alphabet with a length (`«hex 32»`), one of several words
(`«at|ca»`), or a value of a common form (`«password»`). So no file holds anything that a scanner takes for a
leak.
"""

import random
import re
import string
from collections.abc import Callable
from typing import Final

Draw = random.Random

LOWER: Final = string.ascii_lowercase
ALNUM: Final = string.ascii_letters + string.digits
UPPER: Final = string.ascii_uppercase + string.digits
HEX: Final = "0123456789abcdef"
BASE64: Final = ALNUM + "+/"
URL64: Final = ALNUM + "-_"

_KINDS: Final = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_ALPHABETS: Final = {
    "alnum": ALNUM,
    "digit": string.digits,
    "hex": HEX,
    "HEX": HEX.upper(),
    "lower": LOWER + string.digits,
    "upper": UPPER,
    "url64": URL64,
}
_VALUES: Final[dict[str, Callable[[Draw], str]]] = {
    "password": lambda d: pick(d, LOWER + string.digits, d.randint(9, 14)),
    "word": lambda d: pick(d, LOWER, d.randint(9, 12)),
    "token": lambda d: pick(d, ALNUM, d.randint(24, 40)),
    "hex": lambda d: pick(d, HEX, 32),
    "hex64": lambda d: pick(d, HEX, 64),
    "uuid": lambda d: "-".join(pick(d, HEX, length) for length in (8, 4, 4, 4, 12)),
    "base64": lambda d: pick(d, ALNUM, 43) + "=",
}
_MARK: Final = re.compile("«([^»]+)»")


def open_draw(seed: int) -> Draw:
    """Return what draws the same for the same seed."""
    return random.Random(seed)  # noqa: S311 - nothing is protected by what is drawn


def pick(draw: Draw, alphabet: str, length: int) -> str:
    """Draw a word with at least one small letter, capital and digit where the alphabet has them.

    Args:
        draw: From `open_draw`.
        alphabet: Of which characters.
        length: How many; fewer than three need not hold every kind.

    Example:
        >>> pick(open_draw(1), HEX, 8)
        '2dc477ac'
    """
    while True:
        word = "".join(draw.choices(alphabet, k=length))
        if length < len(_KINDS) or all(set(word) & set(kind) for kind in _KINDS if set(alphabet) & set(kind)):
            return word


def fill(draw: Draw, template: str) -> tuple[str, list[str]]:
    """Return a template with its marks filled, and what they were filled with, in order.

    Example:
        >>> fill(open_draw(1), "shp«at|ca»_«hex 4»")
        ('shpat_9c11', ['at', '9c11'])
    """
    values: list[str] = []

    def draw_value(mark: re.Match[str]) -> str:
        values.append(_draw_mark(draw, mark[1]))
        return values[-1]

    return _MARK.sub(draw_value, template), values


def _draw_mark(draw: Draw, mark: str) -> str:
    if "|" in mark:
        return draw.choice(mark.split("|"))
    name, _, length = mark.partition(" ")
    return pick(draw, _ALPHABETS[name], int(length)) if length else _VALUES[name](draw)
