"""A page is read in the encoding it is written in, or refused with the reason."""

import random

import pytest

from processors.knowledge.documents.decoding import decode_text

RUSSIAN = "# Печь остыла\n\n1. Открыть заслонку: `печь --открыть`.\n2. Подождать пять минут.\n"
GERMAN = "# Störung der Mühle\n\n1. Öffne die Klappe.\n2. Prüfe das Mühlrad.\n"
ENGLISH = "# The mill stands still\n\n1. Open the flap.\n2. Look at the wheel.\n"


@pytest.mark.parametrize("text", [RUSSIAN, GERMAN, ENGLISH])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_with_and_without_a_mark(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding))["text"] == text


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "cp866"])
@pytest.mark.parametrize("text", [RUSSIAN, "# Печь\n\n1. Открой.", f"{ENGLISH}\nвыключить рубильник\n"])
def test_russian_of_older_systems_is_read(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == {"text": text, "warnings": [f"read as {encoding.upper()}"]}


@pytest.mark.parametrize(
    "text", [GERMAN, "Prüfe die Tür", "Vérifie la pompe à eau.", "# Caf\xe9\n\nClosed.", "Heat it to 40 °C."]
)
def test_latin_1_is_read(text: str) -> None:
    assert decode_text(text.encode("latin-1"))["text"] == text


def test_marks_of_windows_are_read() -> None:
    text = "The lamp of the mill costs 5 € – it’s “red”. Switch it off, then wait for it."
    assert decode_text(text.encode("cp1252"))["text"] == text


def test_utf_8_with_a_wrong_byte_is_refused_with_its_line() -> None:
    page = decode_text(RUSSIAN.encode() + b"\xff\n")
    assert page == {
        "text": "",
        "warnings": ["not read: UTF-8 with 1 wrong byte, the first in line 5; mend it"],
    }


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(128, 256)),
        "Zamknij zawór i sprawdź ciśnienie, błąd wciąż miga.".encode("cp1250"),
        *(random.Random(seed).randbytes(400) for seed in range(20)),  # noqa: S311 - not a secret
    ],
)
def test_what_cannot_be_told_is_refused(data: bytes) -> None:
    page = decode_text(data)
    assert page["text"] == ""
    assert page["warnings"][0].startswith("not read: ")


def test_a_mark_that_lies_is_refused() -> None:
    assert "its mark says UTF-8" in decode_text(b"\xef\xbb\xbf\xff\xfe")["warnings"][0]


def test_a_stray_nul_is_taken_out_and_told() -> None:
    page = decode_text((ENGLISH + "\0").encode())
    assert page == {"text": ENGLISH, "warnings": ["NUL characters were taken out"]}


def test_nothing_is_ever_replaced() -> None:
    chance = random.Random(7)  # noqa: S311 - not a secret
    for _ in range(200):
        data = bytearray(RUSSIAN.encode(chance.choice(["utf-8", "cp1251", "utf-16-le"])))
        data[chance.randrange(len(data))] = chance.randrange(256)
        assert "\N{REPLACEMENT CHARACTER}" not in decode_text(bytes(data))["text"]
