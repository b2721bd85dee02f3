"""Secrets are masked, the rest is not."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from evaluation.benchmarks.redaction import read_pages
from evaluation.benchmarks.secret_texts.ordinary import draw_ordinary_lines
from evaluation.benchmarks.secret_texts.planted import find_traces, plant_secrets
from processors.knowledge.redaction.masking import mask_named, mask_secrets, open_masker

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"
SEED = 20261121


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("postgresql://airflow:hunter22@127.0.0.1/db", "hunter22"),
        ("postgresql://airflow:hunt@er22@127.0.0.1/db", "er22"),
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ('{"password": "correct-horse"}', "correct-horse"),
        ('{"password": "a\\"b\\\\c d"}', "b\\\\c d"),
        ('{"password": 12345678}', "12345678"),
        ('{"log": "{\\"password\\": \\"x\\\\\\"yz\\"}"}', "yz"),
        ('{"log": "GET /?a=1\\u0026token=q7Rt0Zp3Wm9X"}', "q7Rt0Zp3Wm9X"),
        ('{"args": ["--password", "hunter22"]}', "hunter22"),
        ('{"kind": "Secret", "data": {"app.conf": "cGFzc3dvcmQ9eA=="}}', "cGFzc3dvcmQ9eA"),
        ("API_KEY=abcdef12345", "abcdef12345"),
        ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
        ("user:\n  password: correcthorse\n", "correcthorse"),
        ("auth failed password=hunter22", "hunter22"),
        ("users:\n- user:\n    client-key-data: LS0tLS1CRUdJTiBSU0E3\n", "LS0tLS1CRUdJTiBSU0E3"),
        ("Cookie: sid=Zm9vYmFyMTIz; theme=dark", "Zm9vYmFyMTIz"),
        (f"- name: DB_PASSWORD\n  value: {'hunter'}\n", "hunter"),
        (KEY, "MIIEowIBAAKCAQEA"),
        (json.dumps({"message": KEY}), "MIIEowIBAAKCAQEA"),
        (json.dumps({"message": json.dumps({"k": KEY})})[:90], "MIIEowIBAAKCAQEA"),
    ],
)
def test_a_secret_is_masked(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in mask_secrets(text)
    assert "<masked:" in mask_secrets(text)


def test_none_of_a_thousand_planted_secrets_is_left_and_json_stays_json() -> None:
    planted = list(plant_secrets(SEED))
    assert len(planted) == 1000
    for each in planted:
        masked = mask_secrets(each["text"])
        assert find_traces(each, masked) == [], (each, masked)
        assert mask_secrets(masked) == masked
        if each["text"].startswith("{"):
            assert shape_of(json.loads(masked)) == shape_of(json.loads(each["text"]))


def shape_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape_of(each) for name, each in value.items()}
    return [shape_of(each) for each in value] if isinstance(value, list) else type(value).__name__


def test_masking_keeps_any_json_and_masking_again_changes_nothing() -> None:
    draw = random.Random(SEED)  # noqa: S311 - nothing is protected by these
    pieces = [each["secret"] for each in plant_secrets(SEED, 2)]
    pieces += [
        '"',
        "\\",
        "\n",
        "{",
        "password",
        '"token": "',
        "=",
        ": ",
        "<masked:00c0ffee>",
        "é",
        "\u2028",
        ",",
        "key",
    ]
    for _ in range(2000):
        text = "".join(draw.choices(pieces, k=draw.randint(1, 6)))
        record = {
            draw.choice(("message", "password", "n")): text,
            "list": [text, {"name": "TOKEN", "value": text}],
        }
        raw = json.dumps(record, ensure_ascii=draw.random() < 0.5)
        masked = mask_secrets(raw)
        assert shape_of(json.loads(masked)) == shape_of(record), raw
        assert mask_secrets(masked) == masked, raw


def test_equal_secrets_stay_equal_wherever_they_stand() -> None:
    secret = 'hunt"er\\22'
    texts = [
        json.dumps({"password": secret}),
        json.dumps({"message": json.dumps({"password": secret})}),
        json.dumps({"name": "DB_PASSWORD", "value": secret}),
    ]
    masks = {mask_secrets(text).partition("<masked:")[2][:8] for text in texts}
    assert len(masks) == 1
    plain = {
        mask_secrets(t).partition("<masked:")[2][:8]
        for t in ("PASSWORD=hunter22", "x://a:hunter22@b", "--password hunter22")
    }
    assert len(plain) == 1
    keys = {
        mask_secrets(t).partition("<masked:")[2][:8]
        for t in (KEY, json.dumps({"key": KEY}), KEY.replace("\n", "\\n"))
    }
    assert len(keys) == 1


def test_a_mask_tells_nothing_without_the_key() -> None:
    assert open_masker(b"one")("password=hunter22") != open_masker(b"two")("password=hunter22")


def test_emails_and_patterns_are_settings() -> None:
    text = "anna@acme.io has card ACME-1234-5678"
    assert open_masker(b"k", mask_emails=False)(text) == text
    masked = open_masker(b"k", patterns=[r"card (?P<secret>ACME-[\d-]+)"])(text)
    assert "anna" not in masked
    assert "1234" not in masked
    assert "has card <masked:" in masked


@pytest.mark.parametrize(
    "text",
    [
        "the password is long",
        "tokens: 12",
        "see http://host:9200/_cat",
        "key = value",
        "uid 550e8400-e29b-41d4-a716-446655440000, commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "image registry/shop@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        'secret "default-token-x7k2p" not found in pod checkout-6f7c9d5b8-x2k4p',
        "secretName: my-tls, imagePullSecrets: [regcred]",
        "password: <your password>",
        "PASSWORD=${DB_PASSWORD} token={{ .Values.token }}",
        "token: expired",
        "partition_key=550e8400-e29b-41d4-a716-446655440000",
        "git@github.com:org/repo.git and getty@tty1.service",
        "java.lang.IllegalStateException at org.apache.kafka.common.security.auth.KafkaPrincipal",
        "authentication of user failed, author unknown, compass=north",
        "2026-11-21T07:41:02.123456Z kube_pod_container_status_restarts_total 3",
        "if you pass `node_id` and not `task_id`, see [the password rules](https://acme.io/a#password)",
        "**Self-service password change.** Slack SIG [Docs](https://acme.io/2)",
        "max_tokens=512 token_url=https://idp/token",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert mask_secrets(text) == text


def test_ordinary_log_lines_are_left_alone() -> None:
    lines = draw_ordinary_lines(SEED, 5000)
    assert [line for line in lines if mask_secrets(line) != line] == []


def test_less_than_one_percent_of_the_lines_of_real_pages_changes() -> None:
    folder = Path(os.environ.get("RUNLORE_TEST_DATA", "/nowhere"))
    if not folder.is_dir():
        pytest.skip("RUNLORE_TEST_DATA names no folder with corpora: nothing to look for false masks in")
    lines = [line for page in read_pages(folder)[::10] for line in page.splitlines() if line.strip()]
    changed = [line for line in lines if mask_secrets(line) != line]
    assert len(changed) < len(lines) / 100, changed[:20]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Api-Key", "abcdef123456"),
        ("authorization", "Bearer abcdef0123456789"),
        ("Authorization", "q7Rt0Zp3Wm9X"),
        ("Cookie", "sid=Zm9vYmFyMTIz; theme=dark"),
        ("set-cookie", "session=Zm9vYmFyMTIz"),
        ("db_password", "hunter"),
        ("DB_PASSWORD", 'hun"ter\\22'),
        ("пароль", "солнышко"),
        ("note", "password=hunter22"),
        ("x-token", "\ud800 0123456789abcdef"),
    ],
)
def test_a_value_is_masked_by_its_name(name: str, value: str) -> None:
    masked = mask_named(name, value)
    assert masked.startswith(("<masked:", "password=<masked:", "Bearer <masked:"))
    assert not set(value.split()) & set(masked.split()) - {"Bearer"}
    assert mask_named(name, masked) == masked


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("max_tokens", "4096"),
        ("password", "<password>"),
        ("partition_key", "order-17"),
        ("cookie", "none"),
        ("key", "checkout"),
        ("token_type", "bearer"),
        ("", ""),
    ],
)
def test_a_value_whose_name_says_nothing_stays(name: str, value: str) -> None:
    assert mask_named(name, value) == value
