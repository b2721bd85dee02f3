"""Secrets that are recognised by what they are assigned to: `DB_PASSWORD=…`, `"token": "…"`, `--password …`.

What must speak for the value depends on how it is written: a quoted value of `password` is believed, a word
after `token:` only if it looks made by chance.
"""

import re
from typing import Final

from processors.knowledge.redaction.keywords import (
    is_kept_secret,
    is_said_secret,
    is_written_secret,
    look_back,
    rank_key,
    read_keyword,
)
from processors.knowledge.redaction.values import is_file, is_placeholder
from processors.knowledge.redaction.vocabulary import KEYWORD

# A quoted value ends at the same quote; in a JSON string that can't be decoded the quote has a backslash.
# Where the text ends, so does a value: a line may have been cut off.
_QUOTED: Final = (
    r"(?:(?P<quote>[\"'`])(?P<quoted>(?:\\.|(?!(?P=quote))[^\\\n])*+)(?:(?P=quote)|\\?\Z)"
    r"|(?P<escaped_quote>\\++[\"'])(?P<escaped>(?:(?!(?P=escaped_quote))[^\n\"])*+)(?:(?P=escaped_quote)|\Z))"
)
# A bare value ends at a space or quote, and at a comma or the like unless more of it follows.
_BARE: Final = (
    r"(?P<bare>(?:[^\s\"'`\\,;&|<>(){}\[\]]++|[,;&|](?![\s\"'\\]|\Z|[\w.\-\[\]]{0,64}+[=:])"
    r"|(?!</)[(){}\[\]<>](?=[^\s\"'\\,;.)}\]]))+)"
)
# Whose it is, or a remark: "password for user bob", "password (temporary)".
_WHO: Final = r"(?:user|role|account|пользователя)[ \t]+"
_OWNER: Final = (
    rf"(?P<owner>[ \t]+(?:(?:for|of|от|для|к)[ \t]+(?:the[ \t]+)?(?:{_WHO})?|{_WHO})[\w.@%'\"-]{{1,40}}+"
    r"|[ \t]+пользователя(?=[ \t]*+[:=])|[ \t]+по умолчанию|[ \t]+\([^()\n]{1,40}+\))?+"
)
# A block of YAML, the default of a variable in HCL, and what Cisco writes before a hash.
_BLOCK: Final = r"[ \t]*+:[ \t]*+[|>][+-]?[ \t]*+\n[ \t]*+"
_DEFAULT: Final = r"[ \t]*+\{(?:\s*+\w{1,20}+\s*+=\s*+[\w.\"]{1,40}+){0,4}?\s*+default\s*+=[ \t]*+"
_ARGUMENT: Final = r"[ \t]*+,(?=[ \t]*+[\"']|[ \t][^\s-])[ \t]*+"
ASSIGNMENT: Final = re.compile(
    KEYWORD
    + r"(?P<closing>(?:\\*+[\"'`\])])*+)"
    + _OWNER
    + rf"(?P<separator>{_BLOCK}|{_DEFAULT}|{_ARGUMENT}"
    + r"|[ \t]*+(?:=>|->|→|[—–]|:=|={1,2}|::(?=[ \t])|[:：])[ \t]*+(?:!!\w{1,10}+[ \t]++|\[)?+[ \t]*+"
    + r"|[ \t]+(?:is|was|to|of|set to)[ \t]++|[ \t]+[05-9][ \t]+(?=\S{6})|[ \t]++\[?)"
    + rf"(?:{_QUOTED}|{_BARE})",
    re.IGNORECASE,
)
"""A keyword at the end of a key, and its value; `is_assigned_secret` judges both."""

JSON_PAIR: Final = re.compile(
    rf"{KEYWORD}\"\s*+:\s*+\[?\s*+"
    r"(?:\"(?P<quoted>(?:\\.|[^\"\\])*+)(?:\"|\\?\Z)|(?P<number>-?\d[\d.eE+-]{3,})(?=\s*+[,}\]]|\Z))",
    re.IGNORECASE,
)
"""The end of a JSON key and its value, whose escapes are still there."""

_FLAG: Final = re.compile(r"(?<![\w.>}`)\]-])(?:-[\w.-]*+|/\w*+)\Z")
_CALL: Final = re.compile(r"[(\[]\s*+\\*+[\"'][\w.-]*+\Z")
_SETTER: Final = re.compile(
    r"(?:define|set\w*+|put\w*+|add\w*+|with\w*+|property|env)\(\s*+\\*+[\"'][\w.-]*+\Z", re.I
)
_LINE_HEAD: Final = re.compile(r"[\s\w.-]*+")
_LINE_END: Final = re.compile(r"[^\S\n]*+(\n|\Z)")
_HEAD_LENGTH: Final = 128
_LINK: Final = "]("
# The type of a value in YAML.
_TAG: Final = re.compile(r"!!\w++")
_URL_USER: Final = re.compile(r"://[\w.+-]*\Z")
_EQUALS: Final = ("=", "==", ":=", "=>")


def is_assigned_secret(match: re.Match[str]) -> bool:
    """Tell whether what `ASSIGNMENT` found is a secret."""
    value = match["quoted"] or match["escaped"] or match["bare"] or ""
    rank = rank_key(match)
    if not rank or is_placeholder(value) or is_file(value) or _LINK in value:
        return False
    separator, keyword = _read_separator(match), read_keyword(match)
    is_quoted = match["bare"] is None
    if separator in _EQUALS or separator[:1] == "{" or "\n" in separator or (separator == ":" and is_quoted):
        return is_written_secret(keyword, rank, value)
    if separator == ",":
        return _is_argument(match, rank, keyword, value)
    is_flag = "`" not in match["closing"] and bool(_FLAG.search(look_back(match)))
    if separator == ":" and "@" in value and _URL_USER.search(look_back(match)):
        # The user of an address is called so: what follows is looked at as an address.
        return False
    if separator == ":":
        return (
            is_said_secret(keyword, rank, value)
            or (rank == 3 and _stands_alone(match))
            or (is_flag and is_written_secret(keyword, rank, value))
        )
    if _lacks_separator(match, separator) or (not separator and "[" in match["separator"] and rank < 3):
        return False
    # "Pass" is a verb as well, and what follows a password in a command may be an address.
    if not separator and (is_flag or (rank == 3 and is_quoted and keyword != "pass" and "://" not in value)):
        return not value.startswith("-") and is_written_secret(keyword, rank, value)
    return "=" not in value.rstrip("=") and "://" not in value and is_said_secret(keyword, rank, value)


def _read_separator(match: re.Match[str]) -> str:
    """Return what stands between key and value, without brackets and types."""
    separator = match["separator"]
    separator = (_TAG.sub("", separator) if "!" in separator else separator).strip(" \t[").lower()
    # LDIF writes two before base64.
    return ":" if separator in ("::", "：") else separator


def is_pair_secret(match: re.Match[str]) -> bool:
    """Tell whether what `JSON_PAIR` found is a secret."""
    if match["number"]:
        return rank_key(match) == 3 and read_keyword(match) != "pass"
    return is_kept_secret(rank_key(match), read_keyword(match), match["quoted"])


def _is_argument(match: re.Match[str], rank: int, keyword: str, value: str) -> bool:
    """Tell whether what follows a comma is the value of the flag or of the name before it."""
    before, is_bare = look_back(match), match["bare"] is not None
    if value.startswith("-"):
        return False
    if is_bare:
        return "[" in before and bool(_FLAG.search(before)) and is_written_secret(keyword, rank, value)
    if _FLAG.search(before) or _SETTER.search(before):
        return is_written_secret(keyword, rank, value)
    return bool(_CALL.search(before)) and is_said_secret(keyword, rank, value)


def _lacks_separator(match: re.Match[str], separator: str) -> bool:
    """Tell whether only a space stands where more is needed: before `name="x"`, or behind an owner."""
    is_next_name = (match["bare"] or "").endswith("=") and match.string[match.end() : match.end() + 1] in (
        '"',
        "'",
    )
    return not separator and (is_next_name or bool(match["owner"]))


def _stands_alone(match: re.Match[str]) -> bool:
    """Tell whether a line of several holds the key and its value only, as a line of YAML does."""
    begin = match.start()
    before = match.string[max(0, begin - _HEAD_LENGTH) : begin]
    head, end = before.rpartition("\n"), _LINE_END.match(match.string, match.end())
    begins_line = bool(head[1]) or begin <= _HEAD_LENGTH
    is_alone = begins_line and end is not None and bool(_LINE_HEAD.fullmatch(head[2]))
    return is_alone and bool(head[1] or (end and end[1]))
