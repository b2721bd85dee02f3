"""Every way in which a secret is written down is masked, and what only looks like one is left alone."""

import json
from collections import Counter

import pytest

from evaluation.surrounded_secrets import ENCODED, ISSUED, KEPT, WRITTEN, Surrounded, surround_secrets
from processors.redaction.masking import mask_secrets

SEEDS = range(3)


def mask_of(text: str) -> str:
    return text.partition("<masked:")[2][:8]


@pytest.mark.parametrize("each", [each for seed in SEEDS for each in surround_secrets(seed)])
def test_a_secret_is_masked_in_its_surroundings(each: Surrounded) -> None:
    masked = mask_secrets(each["text"])
    assert [trace for trace in each["traces"] if trace in masked] == [], masked
    assert mask_secrets(masked) == masked
    if each["text"].startswith(("{", "[")) and is_json(each["text"]):
        assert is_json(masked), masked


@pytest.mark.parametrize("each", surround_secrets(3))
def test_it_is_masked_within_a_log_record_too(each: Surrounded) -> None:
    record = json.dumps({"message": each["text"], "service": {"name": "shop"}}, ensure_ascii=False)
    masked = json.loads(mask_secrets(record))
    assert [trace for trace in each["traces"] if trace in masked["message"]] == [], masked
    assert masked["service"] == {"name": "shop"}


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    assert mask_secrets(text) == text
    record = json.dumps({"message": text, "level": "info"}, ensure_ascii=False)
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
