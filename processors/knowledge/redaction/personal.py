"""Numbers that Russian authorities and telephone companies give to people; masked if a setting says so.

Where a number has check digits they must be right, so that ordinary numbers are seldom hit. A passport's has
none: it must be named.
"""

import re
from typing import Final

from processors.knowledge.redaction.detectors import make_detector

_NOT_DIGITS: Final = re.compile(r"\D+")
_PERSON_WEIGHTS: Final = ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
_COMPANY_WEIGHTS: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)


def is_snils(value: str) -> bool:
    """Tell whether eleven digits are an insurance number (СНИЛС) by their check digits.

    Example:
        >>> is_snils("112-233-445 95"), is_snils("112-233-445 96")
        (True, False)
    """
    digits = [int(digit) for digit in _NOT_DIGITS.sub("", value)]
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    total = sum(digit * weight for digit, weight in zip(digits, range(9, 0, -1), strict=False))
    return total % 101 % 100 == 10 * digits[9] + digits[10]


def is_inn(value: str) -> bool:
    """Tell whether ten or twelve digits are a taxpayer's number (ИНН) by their check digits.

    Example:
        >>> is_inn("500100732259"), is_inn("7707083893"), is_inn("500100732250")
        (True, True, False)
    """
    digits = [int(digit) for digit in value]
    if len(set(digits)) == 1:
        return False
    weights = _PERSON_WEIGHTS if len(digits) == 12 else (_COMPANY_WEIGHTS,)
    return all(
        sum(digit * weight for digit, weight in zip(digits, each, strict=False)) % 11 % 10
        == digits[len(each)]
        for each in weights
    )


def _is_named_number(match: re.Match[str]) -> bool:
    name, digits = match["name"].lower(), match["number"]
    if name in ("снилс", "snils"):
        return is_snils(digits)
    return is_inn(digits) if name in ("инн", "inn") else len(digits) == 11


PERSONAL_NUMBERS: Final = (
    make_detector(
        "number of JSON",
        "",
        r"(?i:(?P<name>снилс|snils|инн|inn|телефон|phone|mobile|msisdn))\"\s{0,8}+:\s{0,8}+(?P<number>\d{10,12})(?=\s*+[,}\]])",
        _is_named_number,
        hint="(?i:снилс|snils|инн|inn|телефон|phone|mobile|msisdn)",
    ),
    make_detector(
        "insurance number",
        "",
        r"(?<![\w.+-])(?P<secret>\d{3}[- ]\d{3}[- ]\d{3}[- ]\d{2})(?![\w-])",
        lambda match: is_snils(match["secret"]),
        hint=r"\d[- ]\d{3}[- ]\d{3}[- ]\d",
    ),
    make_detector(
        "insurance number by its name",
        "",
        r"(?i:снилс|snils)[^\w\n]{0,8}+(?P<secret>\d{11})(?!\d)",
        lambda match: is_snils(match["secret"]),
        hint="(?i:снилс|snils)",
    ),
    make_detector(
        "taxpayer's number of a person",
        "",
        r"(?<![\w.+-])(?P<secret>\d{12})(?![\w-]|\.\d)",
        lambda match: is_inn(match["secret"]),
        hint=r"\d{12}",
    ),
    make_detector(
        "taxpayer's number by its name",
        "",
        r"(?i:инн|\binn)[^\w\n]{0,8}+(?P<secret>\d{12}|\d{10})(?!\d)",
        lambda match: is_inn(match["secret"]),
        hint="(?i:инн|inn)",
    ),
    make_detector(
        "passport",
        "",
        r"(?i:паспорт\w{0,3}|passport|серия)[^\d\n]{0,24}+(?P<secret>\d{2} ?\d{2}"
        r"[^\w\n]{0,3}+(?:(?i:номер|no?|№)[^\w\n]{0,3}+)?\d{6})(?!\d)",
        hint="(?i:паспорт|passport|серия)",
    ),
    make_detector(
        "telephone",
        "",
        # 800 is nobody's own.
        r"(?<![\w.,:/-])(?P<secret>(?:\+7[ -]?|8[ -]?(?=\()|8[ -])\(?(?!800)[3-9]\d{2}\)?"
        r"[ -]?\d{3}[ -]?\d{2}[ -]?\d{2})(?![\w-]|\.\d)",
        hint=r"\+7|8[ (-]",
    ),
    make_detector(
        "telephone by its name",
        "",
        r"(?i:тел(?:ефон)?|phone|mobile|msisdn)[^\w\n+]{1,8}+(?P<secret>\+?[78]\d{10})(?!\d)",
        hint="(?i:тел|phone|mobile|msisdn)",
    ),
)
"""Detectors of such numbers."""
