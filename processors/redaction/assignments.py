"""Secrets that are recognised by what they are assigned to: `DB_PASSWORD=…`, `"token": "…"`, `--password …`.

A key is judged by its keyword and the words around it: `api_key` names a secret and `partition_key` does not,
and `token_url`, `max_tokens` or `secretName` name something else. What must speak for the value depends on
how it is written: a quoted value of `password` is believed, a word after `token:` only if it looks made by
chance.
"""

import re
from typing import Final

from processors.redaction.values import has_high_entropy, is_file, is_name, is_placeholder, is_random

WORDS: Final = ("pass", "pwd", "secret", "token", "key", "cred", "auth", "sig", "jwt")
"""How the keywords begin, in lower case. Patterns are tried where one of them stands, and nowhere else."""

_KEYWORD: Final = (
    r"(?P<keyword>pass(?:word|wd|phrase|code)?|pwd|secret|token|key|credentials?|authorization|auth|sig(?:nature)?|jwt)"
    r"(?P<suffix>(?:[_. -]?(?:access[_. -]?)?(?:key|token|value|hash|base64|b64|base|data|old|new|plain|text)|[_-]?\d+)*)"  # noqa: E501
)
# A quoted value ends at the same quote; in a JSON string that can't be decoded the quote has a backslash.
_QUOTED: Final = (
    r"(?:(?P<quote>[\"'`])(?P<quoted>(?:\\.|(?!(?P=quote))[^\\\n])*)(?P=quote)"
    r"|(?P<escaped_quote>\\+[\"'])(?P<escaped>(?:(?!(?P=escaped_quote))[^\n\"])*)(?P=escaped_quote))"
)
# A bare value ends at a space or quote, and at a comma or the like unless more of it follows.
_BARE: Final = r"(?P<bare>(?:[^\s\"'`\\,;&|<>(){}\[\]]++|[,;&|](?![\s\"'\\]|$|[\w.\-\[\]]*[=:])|[(){}\[\]<>](?=[^\s\"'\\,;.)}\]]))+)"  # noqa: E501
ASSIGNMENT: Final = re.compile(
    _KEYWORD
    + r"(?P<closing>(?:\\*[\"'`\])])*)"
    + r"(?P<separator>[ \t]*(?:=>|:=|={1,2}|:|,(?=[ \t]*[\"']))[ \t]*\[?[ \t]*|[ \t]+(?:is|was|to|of|set to)[ \t]+|[ \t]+)"  # noqa: E501
    + rf"(?:{_QUOTED}|{_BARE})",
    re.IGNORECASE,
)
"""A keyword at the end of a key, and its value; `is_assigned_secret` judges both."""

JSON_PAIR: Final = re.compile(
    rf"{_KEYWORD}\"\s*:\s*\[?\s*"
    r"(?:\"(?P<quoted>(?:\\.|[^\"\\])*)\"|(?P<number>-?\d[\d.eE+-]{3,})(?=\s*[,}\]]))",
    re.IGNORECASE,
)
"""The end of a JSON key and its value, whose escapes are still there."""

NAMED_VALUE: Final = re.compile(
    r"\"(?:name|key)\"\s*:\s*\"(?P<name>[^\"\\]{1,80})\"\s*,\s*\"value\"\s*:\s*\"(?P<quoted>(?:\\.|[^\"\\])*)\""
    r"|(?<![\w-])(?:name|key):[ \t]*[\"']?(?P<yaml_name>[\w.-]{1,80})[\"']?[ \t]*\n[ \t]*value:[ \t]*"
    r"(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s\"'#][^\n]*?))[ \t]*(?=\n|$)"
)
"""A pod's environment variable or the parameter of an MLflow run: the key is a value itself."""

_PASSWORDS: Final = ("password", "passwd", "passphrase", "passcode", "pass", "pwd")
# What makes a key or token a secret one when it stands before it.
_STRONG: Final = re.compile(
    r"(?:api|access|account|private|shared|storage|master|encryption|signing|license|client|app|application|consumer"
    r"|webhook|oauth2?|session|jwt|auth|refresh|id|bearer|bot|personal|csrf|identity|bootstrap|join|registration"
    r"|deploy|security|sas|vault|github|gitlab|slack|npm|subscription|integration|secret|datadog|stripe|sendgrid"
    r"|admin|user|root|service|hmac|aes|rsa|ssh)[_. -]?$",
    re.IGNORECASE,
)
_END_OF_WORD: Final = re.compile(r"[a-z]$")
_LINE_HEAD: Final = re.compile(r"[\s\w.-]*")
_WINDOW: Final = 24
_LINK: Final = "]("
_KEY: Final = re.compile(_KEYWORD, re.IGNORECASE)


def _rank_key(match: re.Match[str]) -> int:
    """Return how surely a key names a secret: 3 a password, 2 by its whole name, 1 perhaps, 0 not."""
    keyword, before = match["keyword"].lower(), _look_back(match)
    is_tail = bool(_END_OF_WORD.search(before)) and match["keyword"][0].islower()
    if keyword in _PASSWORDS:
        return 0 if keyword == "pass" and is_tail else 3
    if _STRONG.search(before):
        return 2
    if keyword == "key":
        return 0 if is_tail or match["suffix"] else 1
    if keyword in ("sig", "auth") and is_tail:
        return 0
    return 2 if match["suffix"].strip("_. -0123456789") else 1


def _look_back(match: re.Match[str]) -> str:
    begin = match.start("keyword")
    return match.string[max(0, begin - _WINDOW) : begin]


def is_assigned_secret(match: re.Match[str]) -> bool:
    """Tell whether what `ASSIGNMENT` found is a secret."""
    value = match["quoted"] or match["escaped"] or match["bare"] or ""
    rank = _rank_key(match)
    if not rank or is_placeholder(value) or is_file(value) or _LINK in value:
        return False
    separator, keyword = match["separator"].strip(" \t[").lower(), match["keyword"].lower()
    is_quoted = match["bare"] is None
    is_flag = _look_back(match).rpartition(" ")[2].lstrip("\"'[\\").startswith("-")
    if separator == ",":
        return is_flag and _is_written_secret(keyword, rank, value)
    if separator in ("=", "==", ":=", "=>") or (separator == ":" and is_quoted):
        return _is_written_secret(keyword, rank, value)
    if separator == ":":
        return _is_said_secret(keyword, rank, value) or (rank == 3 and _stands_alone(match))
    # "Pass" is a verb as well, and what follows a password in a command may be an address.
    if not separator and (is_flag or (rank == 3 and is_quoted and keyword != "pass" and "://" not in value)):
        return not value.startswith("-") and _is_written_secret(keyword, rank, value)
    return "=" not in value.rstrip("=") and _is_said_secret(keyword, rank, value)


def is_pair_secret(match: re.Match[str]) -> bool:
    """Tell whether what `JSON_PAIR` found is a secret."""
    if match["number"]:
        return _rank_key(match) == 3 and match["keyword"].lower() != "pass"
    return _is_kept_secret(_rank_key(match), match["keyword"].lower(), match["quoted"])


def is_named_secret(match: re.Match[str]) -> bool:
    """Tell whether what `NAMED_VALUE` found is a secret."""
    name = match["name"] or match["yaml_name"]
    value = match["quoted"] or match["double"] or match["single"] or match["bare"] or ""
    keys = [key for key in _KEY.finditer(name) if key.end() == len(name)]
    return bool(keys) and _is_kept_secret(_rank_key(keys[0]), keys[0]["keyword"].lower(), value)


def _is_kept_secret(rank: int, keyword: str, value: str) -> bool:
    return (
        rank > 0
        and not is_placeholder(value)
        and not is_file(value)
        and _is_written_secret(keyword, rank, value)
    )


def _is_written_secret(keyword: str, rank: int, value: str) -> bool:
    """Tell whether a value in code or in a file is a secret: who writes `password = "x"` means it."""
    if rank == 3:
        return len(value) >= 4 and not (keyword == "pass" and value.isdigit())
    if rank == 2:
        return len(value) >= 6 and not (is_name(value) and ("/" in value or value.isdigit() or " " in value))
    if keyword == "key":
        return len(value) >= 20 and has_high_entropy(value)
    return is_random(value)


def _is_said_secret(keyword: str, rank: int, value: str) -> bool:
    """Tell whether a value in a sentence is a secret: it must look like no word."""
    if rank == 3:
        return len(value) >= 6 and not is_name(value) and not value.strip(".:!?*_`|()").isalpha()
    if rank == 2:
        return is_random(value)
    return (keyword != "key" and is_random(value, 12)) or (len(value) >= 20 and has_high_entropy(value))


def _stands_alone(match: re.Match[str]) -> bool:
    """Tell whether a line of several holds the key and its value only, as a line of YAML does."""
    head = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
    rest = match.string[match.end() :].partition("\n")[0]
    return "\n" in match.string and not rest.strip() and bool(_LINE_HEAD.fullmatch(head))
