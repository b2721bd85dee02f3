"""Wrong settings stop at start and are named."""

import pytest
from pydantic import ValidationError

from processors.settings import Settings

GOOD = {
    "RUNLORE_URL": "http://s",
    "RUNLORE_OPENSEARCH_URL": "http://o",
    "RUNLORE_KAFKA_BOOTSTRAP": "k:1",
    "RUNLORE_REDIS_URL": "redis://r",
    "RUNLORE_MLFLOW_TRACKING_URI": "http://m",
    "RUNLORE_KSERVE_URL": "http://k",
    "RUNLORE_PROMETHEUS_URL": "http://p",
    "RUNLORE_STAGING_URL": "file:///s",
    "RUNLORE_WORK_DIR": "/w",
    "RUNLORE_TOKENIZER_FILE": "/t",
    "RUNLORE_API_KEY_FILE": "/k",
    "RUNLORE_MASK_KEY_FILE": "/m",
    "RUNLORE_DOCS": '[{"url": "/docs", "groups": ["sre"]}]',
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_settings_come_from_the_environment(environment: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    settings = Settings()
    assert settings.docs[0].url == "/docs"
    assert settings.all_groups == ["public", "sre"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RUNLORE_SWEEP_SECONDS", "0"),
        ("RUNLORE_DOCS", "[]"),
        ("RUNLORE_DOCS", '[{"url": "x", "colour": 1}]'),
        ("RUNLORE_DOCS", '[{"url": "https://ada:hunter22@git.example/docs"}]'),
        ("RUNLORE_DOCS", '[{"url": "https://ghp_0123456789@git.example/docs"}]'),
        ("RUNLORE_DOCS", '[{"url": "ssh://git:hunter22@git.example/docs"}]'),
        ("RUNLORE_LOG_LEVEL", "loud"),
        ("RUNLORE_REDACTION_PATTERNS", '["acme-[0-9"]'),
        ("RUNLORE_REDACTION_PATTERNS", '["x*"]'),
    ],
)
def test_a_wrong_setting_is_named(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("RUNLORE_").lower()):
        Settings()


def test_a_missing_setting_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("RUNLORE_OPENSEARCH_URL")
    with pytest.raises(ValidationError, match="opensearch_url"):
        Settings()


def test_a_login_in_an_address_is_refused_and_not_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("RUNLORE_DOCS", '[{"url": "https://ada:hunter22@git.example/docs"}]')
    with pytest.raises(ValidationError, match="carries a login") as refused:
        Settings()
    assert "hunter22" not in str(refused.value)


@pytest.mark.parametrize("url", ["ssh://git@git.example/docs", "git@git.example:docs", "/srv/docs"])
def test_a_user_alone_is_no_login(environment: pytest.MonkeyPatch, url: str) -> None:
    environment.setenv("RUNLORE_DOCS", f'[{{"url": "{url}"}}]')
    assert Settings().docs[0].url == url
