"""Whatever stands in a record: what is read of it can be written, and nothing goes without end."""

import json
import time

import pytest

from processors.knowledge.untrusted import (
    MAX_DEPTH,
    PoisonError,
    clean_strings,
    decode_text,
    read_json,
    read_object,
)


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe", b"caf\xe9", b"\xed\xa0\xbd", "цена".encode("cp1251"), b"\x00a\x00", bytes(range(256))],
)
def test_any_bytes_are_text_that_can_be_written(data: bytes) -> None:
    text = decode_text(data)
    assert "\x00" not in text
    assert text.encode()
    assert "\ufffd" in text


@pytest.mark.parametrize("escape", ["\\ud83d", "\\uDC00", "\\u0000", "\\ud83dx\\ude00"])
@pytest.mark.parametrize("shape", ['{{"a": "x{}"}}', '{{"k{}": 1}}', '[{{"a": ["{}"]}}]'])
def test_strings_and_keys_of_json_can_be_written(escape: str, shape: str) -> None:
    text = json.dumps(read_json(shape.format(escape)), ensure_ascii=False)
    assert text.encode()
    assert "\ufffd" in text


def test_whole_characters_stay() -> None:
    assert read_json('{"a": "\\ud83d\\ude00 \\u0009 \\\\ud83d"}') == {"a": "😀 \t \\ud83d"}


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":', '{"a":[', '"'])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 700, 5_000, 300_000])
def test_what_is_nested_without_end_is_poison(opening: str, depth: int) -> None:
    closing = "".join({"[": "]", "{": "}"}.get(c, "") for c in reversed(opening))
    begun = time.process_time()
    with pytest.raises(PoisonError):
        read_json(opening * depth + ("" if opening == '"' else "1") + closing * depth)
    assert time.process_time() - begun < 2


def test_what_is_wide_or_as_deep_as_people_write_is_fine() -> None:
    wide = {f"k{n}": [n, {"a": []}] for n in range(10_000)}
    assert read_json(json.dumps(wide)) == wide
    assert read_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)


@pytest.mark.parametrize(
    "text", [None, "", " \n", "[]", "12", '"x"', "null", "{", "NaN", "\ufeff{}", "9" * 5_000]
)
def test_only_an_object_is_an_object(text: str | None) -> None:
    with pytest.raises(PoisonError):
        read_object(text)


def test_odd_text_inside_anything_is_cleaned() -> None:
    assert clean_strings({"a\ud800": ["\x00", 1, None, {"b": "x"}]}) == {
        "a\ufffd": ["\ufffd", 1, None, {"b": "x"}]
    }
