"""Every way in which a secret is written down is masked, and what only looks like one is left alone."""

import json
from collections import Counter

import pytest

from evaluation.benchmarks.secret_texts.surrounded import (
    ENCODED,
    ISSUED,
    KEPT,
    WRITTEN,
    Surrounded,
    surround_secrets,
)
from processors.knowledge.redaction.masking import mask_secrets

SEEDS = range(5)


def mask_of(text: str) -> str:
    return text.partition("<masked:")[2][:8]


def find_shown(each: Surrounded, masked: str) -> list[str]:
    return [trace for trace in each["traces"] if trace in masked]


def test_a_secret_is_masked_in_its_surroundings_and_json_stays_json() -> None:
    for each in (each for seed in SEEDS for each in surround_secrets(seed)):
        masked = mask_secrets(each["text"])
        assert find_shown(each, masked) == [], (each, masked)
        assert mask_secrets(masked) == masked, each
        if each["text"].startswith(("{", "[")) and is_json(each["text"]):
            assert is_json(masked), (each, masked)


@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_it_is_masked_within_a_log_record_too(ensure_ascii: bool) -> None:
    for each in surround_secrets(7):
        record = json.dumps({"message": each["text"], "service": {"name": "shop"}}, ensure_ascii=ensure_ascii)
        masked = json.loads(mask_secrets(record))
        assert find_shown(each, masked["message"]) == [], (each, masked)
        assert masked["service"] == {"name": "shop"}


def test_what_only_looks_like_a_secret_is_left_alone() -> None:
    for text in KEPT:
        record = json.dumps({"message": text, "level": "info"}, ensure_ascii=False)
        assert mask_secrets(text) == text
        assert mask_secrets(record) == record


def test_there_are_many_surroundings() -> None:
    assert len(WRITTEN) + len(ENCODED) + len(ISSUED) > 250
    assert len(KEPT) > 150
    assert max(Counter(KEPT).values()) == max(Counter(WRITTEN).values()) == 1


def test_equal_secrets_have_equal_masks_in_all_surroundings() -> None:
    texts = (
        "пароль=hunter22", "<password>hunter22</password>", '<add key="Password" value="hunter22"/>',
        '["--password","hunter22"]', "password%3Dhunter22", '{"value": "hunter22", "key": "db_password"}',
        "- name: DB_PASSWORD\n  value: hunter22\n", "password: |\n  hunter22\n",
        "password for root: hunter22",
    )  # fmt: skip
    assert len({mask_of(mask_secrets(text)) for text in texts}) == 1


def test_what_is_around_an_encoded_secret_stays_as_it_was_written() -> None:
    masked = mask_secrets("GET /?a=b%3Dc%26password%3Dhunter22%26q%3D%D0%BF&x=1 200")
    assert masked.startswith("GET /?a=b%3Dc%26password%3D<masked:")
    assert masked.endswith(">%26q%3D%D0%BF&x=1 200")


@pytest.mark.parametrize("text", ["%FF%FE%3D", "a%3", "%", "password%3D%", "%E2%82", "100%3D%3D=="])
def test_signs_that_say_nothing_stay(text: str) -> None:
    assert mask_secrets(text) == text


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
