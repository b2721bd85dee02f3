"""Numbers of Russian papers and telephones are masked by a setting, and ordinary numbers are not."""

import json
import random

import pytest

from processors.knowledge.redaction.masking import open_masker
from processors.knowledge.redaction.personal import is_inn, is_snils

mask = open_masker(b"k", mask_personal_numbers=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("СНИЛС 112-233-445 95", "112-233"),
        ("снилс: 11223344595", "11223344595"),
        ("found 112 233 445 95 twice", "112 233"),
        ("ИНН 7707083893", "7707083893"),
        ("инн=500100732259", "500100732259"),
        ("client 500100732259 refused", "500100732259"),
        ("паспорт 4509 123456", "4509"),
        ("Паспорт серия 45 09 № 123456", "123456"),
        ("паспорт: серия 4509 номер 123456", "123456"),
        ("passport 45 09 123456", "123456"),
        ("тел. +7 (912) 345-67-89", "345-67"),
        ("звонок с 8 (912) 345-67-89", "345-67"),
        ("call 8-912-345-67-89", "345-67"),
        ("sms to +79123456789 failed", "9123456789"),
        ("phone=89123456789", "9123456789"),
        ('{"phone": 79123456789, "n": 1}', "9123456789"),
        ('{"inn":7707083893}', "7707083893"),
        ('{"message": "\\u0421\\u041d\\u0418\\u041b\\u0421 112-233-445 95"}', "112-233"),
    ],
)
def test_a_personal_number_is_masked_if_wanted(text: str, number: str) -> None:
    assert number in text
    assert number not in mask(text)
    assert mask(mask(text)) == mask(text)
    assert open_masker(b"k")(text) == text
    if text.startswith("{"):
        assert json.loads(mask(text)).keys() == json.loads(text).keys()


@pytest.mark.parametrize(
    "text",
    [
        "id 123456789012 and 500100732250",
        "order 4509 123456",
        "8 800 555-35-35 and +7 800 555 35 35",
        "10.8.123.45:8912",
        "took 8 123 456 bytes",
        "offset 112-233-445 96",
        "inn 7707083894",
        "ts 1763710862123",
        "2026-11-21 07:41:02.123456789",
        '{"phone": 12345}',
        "00000000000 and 000000000000",
    ],
)
def test_an_ordinary_number_stays(text: str) -> None:
    assert mask(text) == text


def test_few_numbers_made_by_chance_have_right_check_digits() -> None:
    draw = random.Random(1)  # noqa: S311 - nothing is protected by these
    numbers = [str(draw.randrange(10**11, 10**12)) for _ in range(5000)]
    assert sum(map(is_inn, numbers)) < 5000 / 50
    assert sum(is_snils(number[:11]) for number in numbers) < 5000 / 50
