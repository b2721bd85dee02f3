"""Dead-letter records hold no secrets."""

from processors.stores.kafka.masked_copies import mask_bytes


def test_secrets_are_masked_also_between_bytes_that_are_no_text() -> None:
    assert b"hunter22" not in mask_bytes(b'{"password": "hunter22"')
    assert b"hunter22" not in mask_bytes(b"\xff\xfe password=hunter22 \xff")


def test_other_bytes_stay_as_they_are() -> None:
    for data in (b"\xff\xfe not text", b"this is not JSON", b""):
        assert mask_bytes(data) == data
