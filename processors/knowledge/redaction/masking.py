"""Masks secrets before anything is staged, embedded, cached, logged or sent to a model.

`<masked:1f0c9a2b>` stands for a secret: equal secrets have equal masks, in whatever source they appear, so a
person still sees that two services use the same key. The eight digits are a keyed hash (HMAC-SHA256). A plain
hash would give short passwords away, for whoever sees the mask could try all of them; with a key they would
need that, too. It is a file of the stack's own (`local/passwords.py`), named by the setting `mask_key_file`.

JSON stays JSON of the same shape, and what is masked already stays as it is. The time grows with the text's
length only, and no text makes it fail.
"""

import hmac
import json
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Final

from processors.knowledge.redaction.commands import COMMANDS
from processors.knowledge.redaction.contexts import CONTEXTS
from processors.knowledge.redaction.detectors import ALWAYS, Detector, make_detector
from processors.knowledge.redaction.formats import EMAIL, FORMATS
from processors.knowledge.redaction.json_strings import (
    holds_escaped_letters,
    keeps_shape,
    mask_strings,
    unescape_letters,
)
from processors.knowledge.redaction.keywords import find_keywords
from processors.knowledge.redaction.personal import PERSONAL_NUMBERS
from processors.knowledge.redaction.replacing import Masker
from processors.knowledge.redaction.services import SERVICES
from processors.knowledge.redaction.stages import fold, mask_encoded, mask_found, mask_pairs
from processors.knowledge.redaction.tokens import find_runs, find_tokens
from processors.settings import load_settings

_ROUNDS: Final = 5
# How many encodings within one another are opened. A quote that deep takes a thousand backslashes.
_DEPTH: Final = 10


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
    if not find_keywords(fold(name)):
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
    chosen = load_settings().redaction
    key = chosen.key_file.read_bytes().strip()
    if not key:
        raise ValueError(f"RUNLORE_MASK_KEY_FILE: {chosen.key_file} is empty, it must hold a secret text")
    return open_masker(
        key,
        mask_emails=chosen.mask_emails,
        mask_personal_numbers=chosen.mask_personal_numbers,
        patterns=chosen.patterns,
    )


def open_masker(
    key: bytes,
    *,
    mask_emails: bool = True,
    mask_personal_numbers: bool = False,
    patterns: Iterable[str] = (),
) -> Masker:
    """Return a masker.

    Args:
        key: Of the hash in the masks.
        mask_emails: Whether e-mail addresses are masked, too.
        mask_personal_numbers: Whether numbers of Russian passports, insurances, taxpayers and telephones are.
        patterns: More regular expressions of secrets. The secret is the group `secret` where there is one,
            else the whole match. They are tried on every text.
    """
    personal = (*([EMAIL] if mask_emails else []), *(PERSONAL_NUMBERS if mask_personal_numbers else []))
    own = [make_detector("pattern of the settings", ALWAYS, pattern) for pattern in patterns]
    by_literal: dict[str, list[Detector]] = {}
    for detector in (*CONTEXTS, *COMMANDS, *SERVICES, *FORMATS, *personal, *own):
        by_literal.setdefault(detector.literal, []).append(detector)
    # Where no keyword stands, no text with one needs to be looked for.
    without_keywords = {each: by_literal[each] for each in by_literal if not find_keywords(each)}

    def mask(secret: str) -> str:
        return f"<masked:{hmac.digest(key, secret.encode(errors='backslashreplace'), 'sha256')[:4].hex()}>"

    def mask_once(text: str, depth: int) -> str:
        folded = fold(text)
        places = find_keywords(folded)
        literals = by_literal if places else without_keywords
        near = [detectors for literal, detectors in literals.items() if literal in folded]
        found = [detector for each in near for detector in each if detector.hint.search(text)]
        runs = list(find_runs(text))
        found += find_tokens(text, runs)
        masked = text
        # Within a string of a string the letters of a keyword may still be escapes.
        if places or found or holds_escaped_letters(text):
            masked = mask_found(text, places, found, mask, deeper[depth])
        if depth < _DEPTH:
            masked = mask_encoded(masked, runs if masked == text else None, mask, deeper[depth])
        if masked == text or text[0] not in "{[" or keeps_shape(text, masked):
            return masked
        # A match left its JSON string: each string is masked by itself.
        return mask_strings(mask_pairs(text, places, mask), deeper[depth])

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
