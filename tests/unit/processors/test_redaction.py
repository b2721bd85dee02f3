"""Secrets are masked, the rest is not."""

import pytest

from processors.redaction import mask_secrets

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("postgresql://airflow:hunter22@127.0.0.1/db", "hunter22"),
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ('{"password": "correct-horse"}', "correct-horse"),
        ("API_KEY=abcdef12345", "abcdef12345"),
        ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
        (KEY, "MIIEowIBAAKCAQEA"),
    ],
)
def test_a_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in mask_secrets(text)
    assert "<masked:" in mask_secrets(text)


def test_equal_secrets_stay_equal_and_masking_twice_changes_nothing() -> None:
    once = mask_secrets("token=abcdefgh12 and token=abcdefgh12")
    assert len(set(once.split(" and "))) == 1
    assert mask_secrets(once) == once


@pytest.mark.parametrize(
    "text", ["the password is long", "tokens: 12", "see http://host:9200/_cat", "key = value"]
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert mask_secrets(text) == text
