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
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from processors.redaction.assignments import (
    ASSIGNMENT,
    JSON_PAIR,
    NAMED_VALUE,
    WORDS,
    is_assigned_secret,
    is_named_secret,
    is_pair_secret,
)
from processors.redaction.contexts import CONTEXTS, DATA_MAP, MAP_VALUE, is_secret_object
from processors.redaction.formats import (
    EMAIL,
    FORMATS,
    PRIVATE_KEY,
    SECRET_GROUPS,
    Accepts,
    Detector,
    make_detector,
)
from processors.redaction.values import is_masked, is_placeholder
from processors.settings import load_settings

Masker = Callable[[str], str]
"""Takes a text and returns it with its secrets masked."""

# A JSON string with an escape; outside of strings JSON has no backslash, so a wrong begin finds no end.
_ESCAPED_STRING: Final = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)++"')
_ROUNDS: Final = 5
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
    own = [make_detector("pattern of the settings", "", pattern) for pattern in patterns]
    detectors = (*CONTEXTS, *FORMATS, *([EMAIL] if mask_emails else []), *own)
    hints = [(detector.hint.search, detector) for detector in detectors]

    def mask(secret: str) -> str:
        return f"<masked:{hmac.digest(key, secret.encode(errors='backslashreplace'), 'sha256')[:4].hex()}>"

    def mask_once(text: str) -> str:
        places = _find_words(text)
        found = [detector for search, detector in hints if search(text)]
        if not places and not found:
            return text
        masked = _mask_suspect(text, places, found, mask, mask_text)
        return _keep_shape(text, masked, mask, mask_text) if masked != text and text[0] in "{[" else masked

    def mask_text(text: str) -> str:
        # A mask may end a word and so uncover the next secret.
        for _ in range(_ROUNDS):
            masked = mask_once(text)
            if masked == text:
                break
            text = masked
        return text

    return mask_text


def _keep_shape(text: str, masked: str, mask: Masker, mask_text: Masker) -> str:
    """Return what was masked or, if a match left its JSON string, each string masked by itself."""
    try:
        shape = _map_strings(json.loads(text), lambda _: "")
    except ValueError:
        return masked
    try:
        if _map_strings(json.loads(masked), lambda _: "") == shape:
            return masked
    except ValueError:
        pass
    body = _map_strings(json.loads(_mask_pairs(text, _find_words(text), mask)), mask_text)
    return json.dumps(body, ensure_ascii=text.isascii())


def _map_strings(body: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with every string in it changed."""
    if isinstance(body, dict):
        return {name: _map_strings(value, change) for name, value in body.items()}
    if isinstance(body, list):
        return [_map_strings(value, change) for value in body]
    return change(body) if isinstance(body, str) else body


def _fold(text: str) -> str:
    """Return the text in lower case, each character at its place."""
    folded = text.lower()
    # The one letter that becomes two.
    return folded if len(folded) == len(text) else text.replace("\u0130", "I").lower()


def _mask_suspect(
    text: str, places: list[int], found: list[Detector], mask: Masker, mask_text: Masker
) -> str:
    """Mask a text that holds a hint."""
    if PRIVATE_KEY.hint.search(text):
        matches = _search_all(PRIVATE_KEY.pattern, text)
        text = _replace(text, matches, PRIVATE_KEY.accepts, lambda s: mask(_LAYOUT.sub("", s)))
    begun = text
    if places:
        text = _mask_pairs(text, places, mask)
    if "\\" in text:
        text = _ESCAPED_STRING.sub(lambda token: _mask_string(token.group(), mask_text), text)
    if places:
        places = places if text is begun else _find_words(text)
        text = _replace(text, _match_at(ASSIGNMENT, text, places), is_assigned_secret, mask)
    for detector in found:
        text = _replace(text, _search_all(detector.pattern, text), detector.accepts, mask)
    return text


def _mask_pairs(text: str, places: list[int], mask: Masker) -> str:
    """Mask the values whose JSON or YAML keys name a secret; quotes and escapes are left in order."""
    text = _replace(text, _match_at(JSON_PAIR, text, places), is_pair_secret, lambda s: mask(_decode(s)))
    if "value" in text:
        text = _replace(text, _search_all(NAMED_VALUE, text), is_named_secret, lambda s: mask(_decode(s)))
    if is_secret_object(text):
        text = DATA_MAP.sub(lambda data: _mask_values(data.group(), mask), text)
    return text


def _search_all(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield every match, those within another too: the outer one may turn out to be nothing."""
    at = 0
    while match := pattern.search(text, at):
        yield match
        at = match.start() + 1


def _match_at(pattern: re.Pattern[str], text: str, places: list[int]) -> Iterator[re.Match[str]]:
    """Yield the matches that begin at keywords, which is much faster than to try everywhere."""
    for place in places:
        if match := pattern.match(text, place):
            yield match


def _find_words(text: str) -> list[int]:
    """Return where keywords begin, in order."""
    folded = _fold(text)
    places: list[int] = []
    for word in WORDS:
        place = folded.find(word)
        while place >= 0:
            places.append(place)
            place = folded.find(word, place + 1)
    return sorted(places)


def _replace(text: str, matches: Iterable[re.Match[str]], accepts: Accepts, mask: Masker) -> str:
    """Mask the secrets of the matches that are accepted and don't overlap one before."""
    pieces: list[str] = []
    done = 0
    for match in matches:
        if match.start() < done or not accepts(match):
            continue
        name = next((name for name in match.re.groupindex if name in SECRET_GROUPS and match[name]), 0)
        begin, end = match.span(name)
        if is_masked(text[begin:end]):
            continue
        masked = mask(text[begin:end])
        # A number, or a word behind a quoted key, would leave no JSON if its mask weren't quoted.
        is_unquoted = name == "number" or (name == "bare" and match.groupdict().get("closing") == '"')
        pieces += [text[done:begin], f'"{masked}"' if is_unquoted else masked]
        done = end
    return "".join((*pieces, text[done:])) if pieces else text


def _mask_values(data: str, mask: Masker) -> str:
    matches = _search_all(MAP_VALUE, data)
    return _replace(data, matches, lambda m: not is_placeholder(m["quoted"]), lambda s: mask(_decode(s)))


def _mask_string(token: str, mask_text: Masker) -> str:
    """Mask within a JSON string that has escapes: what it says, not how it is written."""
    try:
        text: str = json.loads(token)
    except ValueError:
        return token
    masked = mask_text(text)
    return token if masked == text else json.dumps(masked, ensure_ascii=token.isascii())


def _decode(secret: str) -> str:
    if "\\" not in secret:
        return secret
    try:
        return str(json.loads(f'"{secret}"'))
    except ValueError:
        return secret
