"""Masks secrets before anything is staged, embedded, cached, logged or sent to a model.

`<masked:1f0c9a2b>` stands for a secret: equal secrets have equal masks, in whatever source they appear, so a
person still sees that two services use the same key. The eight digits are a keyed hash (HMAC-SHA256). A plain
hash would give short passwords away, for whoever sees the mask could try all of them; with a key they would
need that, too. It is a file of the stack's own (`local/passwords.py`), named by the setting `mask_key_file`.

A text is searched in this order: private keys; JSON pairs, whose keys say what the values are; strings with
escapes, decoded and searched by themselves; then assignments, headers, commands and known formats. JSON stays
JSON of the same shape, and what is masked already stays as it is.
"""

import hmac
import json
import re
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Final

from processors.redaction.assignments import ASSIGNMENT, JSON_PAIR, is_assigned_secret, is_pair_secret
from processors.redaction.contexts import CONTEXTS, DATA_MAP, MAP_VALUE, is_secret_object
from processors.redaction.detectors import ALWAYS, Detector, make_detector
from processors.redaction.encodings import mask_base64, mask_percent
from processors.redaction.formats import EMAIL, FORMATS, PRIVATE_KEY
from processors.redaction.json_strings import (
    decode_string,
    keeps_shape,
    mask_escaped,
    mask_strings,
    unescape_letters,
)
from processors.redaction.keywords import find_keywords
from processors.redaction.named_values import (
    NAMED_VALUES,
    VALUES_FIRST,
    is_named_secret,
    is_secret_by_name,
)
from processors.redaction.replacing import Masker, find_anywhere, find_at_places, replace_secrets
from processors.redaction.tokens import find_runs, find_tokens
from processors.redaction.values import is_placeholder
from processors.settings import load_settings

_ROUNDS: Final = 5
# How many encodings within one another are opened. A quote that deep takes a thousand backslashes.
_DEPTH: Final = 10
_LAYOUT: Final = re.compile(r"\\+[nrt]|\s")


def mask_secrets(text: str) -> str:
    """Return the text with every secret replaced by `<masked:…>`, by the key and settings of the platform.

    Example:
        >>> mask = open_masker(b"a key of the stack")
        >>> mask("password=hunter22 user=bob") == mask("password=hunter22 user=bob")
        True
        >>> "hunter22" in mask("postgres://bob:hunter22@db/prod")
        False
        >>> mask("trace 4bf92f3577b34da6a3ce929d0e0e4736 took 12 ms")
        'trace 4bf92f3577b34da6a3ce929d0e0e4736 took 12 ms'
    """
    return load_masker()(text)


def mask_named(name: str, value: str) -> str:
    """Return the value of a header, label or parameter, masked by what its name and the value itself say.

    Args:
        name: Such as X-Api-Key or db_password.
        value: Masked as a whole if it is a secret by that name; else the secrets in it are.
    """
    if name.lower().endswith("cookie"):
        return mask_secrets(f"cookie: {value}").removeprefix("cookie: ")
    if not find_keywords(_fold(name)):
        return mask_secrets(value)
    pair: dict[str, str] = json.loads(mask_secrets(json.dumps({"name": name, "value": value})))
    return pair["value"]


@lru_cache(maxsize=1)
def load_masker() -> Masker:
    """Return the platform's masker; later calls give the same one.

    Raises:
        FileNotFoundError: There is no file of the key.
        ValueError: The key is empty.
    """
    settings = load_settings()
    key = settings.mask_key_file.read_bytes().strip()
    if not key:
        raise ValueError(
            f"RUNLORE_MASK_KEY_FILE: {settings.mask_key_file} is empty, it must hold a secret text"
        )
    return open_masker(key, mask_emails=settings.mask_emails, patterns=settings.redaction_patterns)


def open_masker(key: bytes, *, mask_emails: bool = True, patterns: Iterable[str] = ()) -> Masker:
    """Return a masker.

    Args:
        key: Of the hash in the masks.
        mask_emails: Whether e-mail addresses are masked, too.
        patterns: More regular expressions of secrets. The secret is the group `secret` where there is one,
            else the whole match. They are tried on every text.
    """
    own = [make_detector("pattern of the settings", ALWAYS, pattern) for pattern in patterns]
    by_literal: dict[str, list[Detector]] = {}
    for detector in (*CONTEXTS, *FORMATS, *([EMAIL] if mask_emails else []), *own):
        by_literal.setdefault(detector.literal, []).append(detector)

    def mask(secret: str) -> str:
        return f"<masked:{hmac.digest(key, secret.encode(errors='backslashreplace'), 'sha256')[:4].hex()}>"

    def mask_once(text: str, depth: int) -> str:
        folded = _fold(text)
        places = find_keywords(folded)
        near = [detectors for literal, detectors in by_literal.items() if literal in folded]
        found = [detector for each in near for detector in each if detector.hint.search(text)]
        runs = list(find_runs(text))
        found += find_tokens(text, runs)
        masked = text
        # Within a string of a string the letters of a keyword may still be escapes.
        if places or found or ("\\" in text and "\\u04" in text):
            masked = _mask_suspect(text, places, found, mask, deeper[depth])
        if depth < _DEPTH:
            masked = _mask_encoded(masked, runs if masked is text else None, mask, deeper[depth])
        if masked == text or text[0] not in "{[" or keeps_shape(text, masked):
            return masked
        # A match left its JSON string: each string is masked by itself.
        return mask_strings(_mask_pairs(text, places, mask), deeper[depth])

    def mask_text(text: str, depth: int = 0) -> str:
        begun = masked = unescape_letters(text) if "\\" in text else text
        # A mask may end a word and so uncover the next secret.
        for _ in range(_ROUNDS):
            before, masked = masked, mask_once(masked, depth)
            if masked == before:
                break
        return text if masked == begun else masked

    deeper: list[Masker] = [partial(mask_text, depth=depth + 1) for depth in range(_DEPTH)]
    deeper.append(lambda text: text)
    return mask_text


def _fold(text: str) -> str:
    """Return the text in lower case, each character at its place."""
    folded = text.lower()
    # The one letter that becomes two.
    return folded if len(folded) == len(text) else text.replace("\u0130", "I").lower()


def _mask_suspect(
    text: str, places: list[int], found: list[Detector], mask: Masker, mask_text: Masker
) -> str:
    """Mask a text that holds a hint."""
    begun = text
    if "PRIVATE KEY" in text:
        find = find_anywhere(PRIVATE_KEY.pattern, text)
        text = replace_secrets(text, find, PRIVATE_KEY.accepts, lambda s: mask(_LAYOUT.sub("", s)))
        places = find_keywords(_fold(text)) if text != begun else places
    text = _mask_pairs(text, places, mask)
    text = mask_escaped(text, mask_text)
    if places:
        places = places if text is begun else find_keywords(_fold(text))
        text = replace_secrets(text, find_at_places(ASSIGNMENT, text, places), is_assigned_secret, mask)
    for detector in found:
        text = replace_secrets(text, find_anywhere(detector.pattern, text), detector.accepts, mask)
    return text


def _mask_pairs(text: str, places: list[int], mask: Masker) -> str:
    """Mask the values whose JSON or YAML keys name a secret; quotes and escapes are left in order."""

    def mask_decoded(secret: str) -> str:
        return mask(decode_string(secret))

    if places:
        text = replace_secrets(text, find_at_places(JSON_PAIR, text, places), is_pair_secret, mask_decoded)
    if places:
        text = _mask_named(text, mask_decoded)
    if is_secret_object(text):
        text = DATA_MAP.sub(lambda data: _mask_values(data.group(), mask_decoded), text)
    return text


def _mask_named(text: str, mask: Masker) -> str:
    """Mask the values whose name is a value beside them."""
    for literal, pattern, before in NAMED_VALUES:
        folded = _fold(text)
        if literal in folded:
            find = find_at_places(pattern, text, find_keywords(folded))
            text = replace_secrets(text, find, partial(is_named_secret, before=before), mask)
    if "value" in _fold(text):
        for pattern in VALUES_FIRST:
            text = replace_secrets(text, find_anywhere(pattern, text), is_secret_by_name, mask)
    return text


def _mask_encoded(text: str, runs: list[tuple[int, int]] | None, mask: Masker, mask_text: Masker) -> str:
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


def _mask_values(data: str, mask: Masker) -> str:
    return replace_secrets(
        data, find_anywhere(MAP_VALUE, data), lambda match: not is_placeholder(match["quoted"]), mask
    )
