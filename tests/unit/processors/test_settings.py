"""Wrong settings stop at start and are named."""

import pytest
from pydantic import SecretStr, ValidationError

from processors.settings import change_settings, read_settings

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


def test_settings_come_from_the_environment() -> None:
    chosen = {
        "RUNLORE_NOISE": '["^GET /healthz"]',
        "RUNLORE_AIRFLOW_DATABASE_URL": "postgresql://a:b@db",
        "RUNLORE_ABSTAIN": "off",
        "HOME": "/root",
    }
    settings = read_settings(GOOD | chosen)
    assert settings.documents.sources[0].url == "/docs"
    assert settings.documents.groups == ["public", "sre"]
    assert settings.events.noise[0].search("GET /healthz 200")
    assert settings.airflow.database_url == SecretStr("postgresql://a:b@db")
    assert settings.answering.abstain is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RUNLORE_SWEEP_SECONDS", "0"),
        ("RUNLORE_DOCS", "[]"),
        ("RUNLORE_DOCS", "/docs"),
        ("RUNLORE_DOCS", '[{"url": "x", "colour": 1}]'),
        ("RUNLORE_DOCS", '[{"url": "x"}, {"url": "x"}]'),
        ("RUNLORE_DOCS", '[{"url": "https://ada:hunter22@git.example/docs"}]'),
        ("RUNLORE_DOCS", '[{"url": "https://ghp_0123456789@git.example/docs"}]'),
        ("RUNLORE_DOCS", '[{"url": "ssh://git:hunter22@git.example/docs"}]'),
        ("RUNLORE_LOG_LEVEL", "loud"),
        ("RUNLORE_OIDC_ISSUER", "https://issuer.example"),
        ("RUNLORE_REDACTION_PATTERNS", '["acme-[0-9"]'),
        ("RUNLORE_REDACTION_PATTERNS", '["x*"]'),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        read_settings(GOOD | {name: value})


def test_all_that_is_missing_or_wrong_is_named_at_once() -> None:
    wrong = {"RUNLORE_SLICE_BYTES": "many-hunter22", "RUNLORE_CONFLUENCE": "[hunter22"}
    missing = ["RUNLORE_OPENSEARCH_URL", "RUNLORE_KAFKA_BOOTSTRAP"]
    with pytest.raises(ValidationError) as refused:
        read_settings({name: value for name, value in (GOOD | wrong).items() if name not in missing})
    assert not [name for name in (*wrong, *missing) if name not in str(refused.value)]
    assert refused.value.error_count() == 4
    assert "hunter22" not in str(refused.value)


def test_a_login_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(ValidationError, match="carries a login") as refused:
        read_settings(GOOD | {"RUNLORE_DOCS": '[{"url": "https://ada:hunter22@git.example/docs"}]'})
    assert "hunter22" not in str(refused.value)


@pytest.mark.parametrize("url", ["ssh://git@git.example/docs", "git@git.example:docs", "/srv/docs"])
def test_a_user_alone_is_no_login(url: str) -> None:
    settings = read_settings(GOOD | {"RUNLORE_DOCS": f'[{{"url": "{url}"}}]'})
    assert settings.documents.sources[0].url == url


def test_settings_never_change_but_others_can_be_made_of_them() -> None:
    settings = read_settings(GOOD)
    with pytest.raises(ValidationError, match="frozen"):
        settings.shadow.share = 0.5  # type: ignore[misc]
    other = change_settings(settings, shadow={"share": 0.5}, limits={"max_body_bytes": 1000})
    assert (other.shadow.share, other.limits.max_body_bytes) == (0.5, 1000)
    assert other.shadow.seconds == settings.shadow.seconds
    assert settings.shadow.share == 0.0


def test_a_field_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="shadow: part"):
        change_settings(read_settings(GOOD), shadow={"part": 0.5})
