"""Tells whether a value that stands where a secret could stand is one: names, words and variables are not."""

import math
import re
from collections import Counter
from typing import Final

from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString

_PLACEHOLDER: Final = re.compile(
    r"<.*|\$\{.*|\$\(.*|\$[A-Z_][A-Z0-9_]*|\$[a-z_]+|\{.*|%[({].*|@\w+@|\*+|[xX.•-]{3,}|\[.*|__\w+__"
    r"|null|none|nil|true|false|undefined|required|optional|string|str|bytes?|int|integer|boolean|object|text|secret"
    r"|password|token|key|value|redacted|masked|hidden|empty|unset|missing|invalid|expired|changed|disabled|enabled"
    r"|filtered|scrubbed|removed|sensitive|you[r]?[-_ ].*|type:.*|[a-z]+\(.*"
    # What Terraform, Vault's audit log and Java show in a value's place, and the name of a way to sign.
    r"|\((?:sensitive|known after).*|hmac-sha\d{1,3}:[0-9a-f]+|[a-z]{3,}\{[0-9a-f]{6,8}\b.*|aws4-[\w-]+",
    re.IGNORECASE,
)
MASK_HEAD: Final = "<masked:"
_MASK: Final = re.compile(rf"{MASK_HEAD}[0-9a-f]{{8}}>")
_SEPARATORS: Final = re.compile(r"[-_./:@#]+")
_FILE: Final = re.compile(
    r"(?:\.{0,2}|~)/[\w./-]*|[\w./-]+\.(?:pem|key|crt|json|ya?ml|txt|env|go|py|java|md|sh|conf)"
)
_NOT_PEOPLE: Final = re.compile(
    r"(?:git|nobody|noreply|no-reply)@.*"
    r"|.*[@.]example\.(?:com|org|net)|.*\.(?:example|test|invalid|localhost|local|internal|svc|cluster)"
    r"|.*\.(?:service|socket|timer|target|mount|slice|scope|jar|tgz|git|png|svg|md|html)",
    re.IGNORECASE,
)
_ENTROPY: Final = Base64HighEntropyString(limit=4.0)
_SHORT: Final = 5
_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")


def is_placeholder(value: str) -> bool:
    """Tell whether a value only stands for a secret.

    Example:
        >>> [is_placeholder(value) for value in ("<password>", "${DB_PASSWORD}", "null", "hunter22")]
        [True, True, True, False]
    """
    return bool(_PLACEHOLDER.fullmatch(value))


def is_masked(value: str) -> bool:
    """Tell whether a value is a mask, or begins with one.

    Example:
        >>> is_masked("<masked:1f0c9a2b>"), is_masked("<password>")
        (True, False)
    """
    return bool(_MASK.match(value))


def is_name(value: str) -> bool:
    """Tell whether a value is put together of words, numbers and short parts, as names and versions are.

    Example:
        >>> [is_name(value) for value in ("default/my-tls", "v1.33.13", "x9Kd72mQwe01")]
        [True, True, False]
    """
    return all(part.isalpha() or part.isdigit() or len(part) <= _SHORT for part in _SEPARATORS.split(value))


def is_file(value: str) -> bool:
    """Tell whether a value is the path of a file.

    Example:
        >>> is_file("/etc/ssl/private/tls.key"), is_file("tr0ub4dor&3")
        (True, False)
    """
    return bool(_FILE.fullmatch(value)) and (is_name(value) or "." in value)


def is_random(value: str, least: int = 8) -> bool:
    """Tell whether a value looks made by chance: long enough, letters and digits, not put together of words.

    Example:
        >>> [is_random(value) for value in ("abcdefgh12", "expired", "my-secret-1", "2026-11-21T07:41:02")]
        [True, False, False, False]
    """
    return (
        len(value) >= least
        and bool(_DIGIT.search(value))
        and bool(_LETTER.search(value))
        and not is_name(value)
    ) or (len(value) >= 3 * least and value.isalpha())


def is_mixed(value: str) -> bool:
    """Tell whether a value mixes capitals, small letters and digits.

    Example:
        >>> is_mixed("q7Rt0Zp3"), is_mixed("checkout2")
        (True, False)
    """
    return value.lower() != value != value.upper() and bool(_DIGIT.search(value))


def has_high_entropy(value: str) -> bool:
    """Tell whether a value is as irregular as a key in base64: capitals, small letters and digits, mixed.

    Example:
        >>> has_high_entropy("q7Rt0Zp3Wm9Xv5Lk2Hs8Yd1Bf"), has_high_entropy("processors.stores.kafka2")
        (True, False)
    """
    return is_mixed(value) and _measure_entropy(value) > _ENTROPY.entropy_limit


def _measure_entropy(value: str) -> float:
    """Return Shannon's entropy in bits a character; the library's own goes through its alphabet 68 times."""
    shares = (count / len(value) for sign, count in Counter(value).items() if sign in _ENTROPY.charset)
    return -sum(share * math.log2(share) for share in shares)


def is_personal_address(value: str) -> bool:
    """Tell whether something with an @ is somebody's e-mail address: not a unit, a remote or an example.

    Example:
        >>> [is_personal_address(value) for value in ("a.b@acme.io", "git@github.com", "getty@tty1.service")]
        [True, False, False]
    """
    return not _NOT_PEOPLE.fullmatch(value)
