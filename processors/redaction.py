"""Masks secrets before anything is staged, embedded, cached or logged.

A mask carries a short hash of what it hides, so that equal secrets stay equal and a person can still see that
two services use the same key.
"""

import hashlib
import re
from typing import Final

_SECRETS: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"-----BEGIN (?:[A-Z ]+ )?PRIVATE KEY-----(?P<secret>.+?)-----END",
        r"\b[a-z][a-z0-9+.-]*://[^\s:/@]+:(?P<secret>[^\s/@]+)@",
        r"\b(?:authorization:\s*)?(?:bearer|basic)\s+(?P<secret>[\w.~+/=-]{12,})",
        r"\b[\w-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)[\"']?\s*[=:]\s*[\"']?"
        r"(?P<secret>(?!<masked:)[^\s\"',;&}{$]{6,})",
        r"\b(?P<secret>AKIA[0-9A-Z]{16}|gh[pousr]_\w{36,}|xox[abpr]-[\w-]{10,}|sk-[\w-]{20,})\b",
        r"\b(?P<secret>eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})\b",
    )
)


def mask_secrets(text: str) -> str:
    """Return the text with every secret replaced by `<masked:…>`.

    Example:
        >>> mask_secrets("password=hunter22 user=bob") == mask_secrets("password=hunter22 user=bob")
        True
        >>> "hunter22" in mask_secrets("postgres://bob:hunter22@db/prod")
        False
    """
    for pattern in _SECRETS:
        text = pattern.sub(_mask, text)
    return text


def _mask(match: re.Match[str]) -> str:
    begin, end = match.span("secret")
    digest = hashlib.sha256(match["secret"].encode()).hexdigest()[:8]
    whole = match.group()
    return f"{whole[: begin - match.start()]}<masked:{digest}>{whole[end - match.start() :]}"
