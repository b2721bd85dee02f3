"""The stages in which a text that may hold a secret is searched.

Private keys; JSON pairs, whose keys say what the values are; strings with escapes, decoded and searched by
themselves; names and values of other kinds; assignments; headers, commands, addresses and known formats; at
last what is in another encoding.
"""

import re
from collections.abc import Iterable
from functools import partial
from typing import Final

from processors.knowledge.redaction.assignments import (
    ASSIGNMENT,
    JSON_PAIR,
    is_assigned_secret,
    is_pair_secret,
)
from processors.knowledge.redaction.detectors import Detector
from processors.knowledge.redaction.encodings import mask_base64, mask_percent
from processors.knowledge.redaction.formats import PRIVATE_KEY
from processors.knowledge.redaction.json_strings import decode_string, mask_escaped
from processors.knowledge.redaction.keywords import find_keywords
from processors.knowledge.redaction.named_values import (
    NAMED_IN_JSON,
    NAMED_VALUES,
    VALUE_FIRST_IN_JSON,
    VALUES_FIRST,
    NamedValue,
    is_named_secret,
    is_secret_by_name,
)
from processors.knowledge.redaction.replacing import Masker, find_anywhere, find_at_places, replace_secrets
from processors.knowledge.redaction.secret_objects import mask_secret_objects
from processors.knowledge.redaction.tokens import Run, find_runs

_LAYOUT: Final = re.compile(r"\\+[nrt]|\s")


def fold(text: str) -> str:
    """Return the text in lower case, each character at its place.

    Example:
        >>> fold("İd TOKEN")
        'id token'
    """
    folded = text.lower()
    # The one letter that becomes two.
    return folded if len(folded) == len(text) else text.replace("\u0130", "I").lower()


def mask_found(text: str, places: list[int], found: list[Detector], mask: Masker, mask_text: Masker) -> str:
    """Mask a text in which something was found that may be a secret.

    Args:
        text: To mask.
        places: Where keywords stand in it.
        found: Detectors whose hints stand in it.
        mask: Gives a secret's mask.
        mask_text: Masks what was decoded.
    """
    begun = text
    if "PRIVATE KEY" in text:
        find = find_anywhere(PRIVATE_KEY.pattern, text)
        text = replace_secrets(text, find, PRIVATE_KEY.accepts, lambda s: mask(_LAYOUT.sub("", s)))
        places = find_keywords(fold(text)) if text != begun else places
    text = mask_pairs(text, places, mask)
    text = mask_escaped(text, mask_text)
    if places:
        text = _mask_named(text, NAMED_VALUES, VALUES_FIRST, lambda s: mask(decode_string(s)))
        places = places if text is begun else find_keywords(fold(text))
        text = replace_secrets(text, find_at_places(ASSIGNMENT, text, places), is_assigned_secret, mask)
    for detector in found:
        text = replace_secrets(text, find_anywhere(detector.pattern, text), detector.accepts, mask)
    return text


def mask_pairs(text: str, places: list[int], mask: Masker) -> str:
    """Mask the values whose JSON keys name a secret; quotes and escapes are left in order.

    Args:
        text: JSON, or text with JSON in it.
        places: Where keywords begin in it.
        mask: Replaces a secret.
    """

    def mask_decoded(secret: str) -> str:
        return mask(decode_string(secret))

    if places:
        text = replace_secrets(text, find_at_places(JSON_PAIR, text, places), is_pair_secret, mask_decoded)
        text = _mask_named(text, (NAMED_IN_JSON,), (VALUE_FIRST_IN_JSON,), mask_decoded)
    return mask_secret_objects(text, mask)


def _mask_named(
    text: str, named: Iterable[NamedValue], values_first: Iterable[re.Pattern[str]], mask: Masker
) -> str:
    """Mask the values whose name is a value beside them."""
    folded = fold(text)
    for literal, pattern, before in named:
        if literal in folded:
            find = find_at_places(pattern, text, find_keywords(folded))
            text = replace_secrets(text, find, partial(is_named_secret, before=before), mask)
            folded = fold(text)
    if "value" in folded:
        for pattern in values_first:
            text = replace_secrets(text, find_anywhere(pattern, text), is_secret_by_name, mask)
    return text


def mask_encoded(text: str, runs: list[Run] | None, mask: Masker, mask_text: Masker) -> str:
    """Mask what holds a secret in another encoding.

    Args:
        text: To mask.
        runs: Of letters and digits in it; None if they are to be found.
        mask: Gives a secret's mask.
        mask_text: Masks what was decoded.
    """
    text, before = mask_percent(text, mask_text), text
    runs = runs if runs is not None and text is before else list(find_runs(text))
    return mask_base64(text, runs, mask, mask_text) if runs else text
