"""Wrong settings stop at start and are named."""

from pathlib import Path

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


SASL = {
    "RUNLORE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "RUNLORE_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "RUNLORE_KAFKA_USERNAME": "runlore",
    "RUNLORE_KAFKA_PASSWORD": "hunter22",
}
LOGIN = {
    "RUNLORE_OPENSEARCH_URL": "https://o:9200",
    "RUNLORE_OPENSEARCH_USERNAME": "runlore",
    "RUNLORE_OPENSEARCH_PASSWORD": "hunter22",
}
SHOWN = {"RUNLORE_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "RUNLORE_KAFKA_SASL_MECHANISM": "PLAIN"}


def test_a_password_is_read_from_its_file_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("hunter22\n")
    told = {**SASL, "RUNLORE_KAFKA_PASSWORD": "", "RUNLORE_KAFKA_PASSWORD_FILE": str(file), **LOGIN}
    settings = read_settings(GOOD | told)
    assert (settings.kafka.read_password(), settings.opensearch.read_password()) == ("hunter22", "hunter22")
    assert "hunter22" not in f"{settings!r} {settings.kafka} {settings.opensearch}"
    file.write_text("changed")
    assert settings.kafka.read_password() == "changed"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("RUNLORE_KAFKA_USERNAME", {**SASL, "RUNLORE_KAFKA_USERNAME": ""}),
        ("RUNLORE_KAFKA_PASSWORD_FILE", {**SASL, "RUNLORE_KAFKA_PASSWORD": ""}),
        ("RUNLORE_KAFKA_SASL_MECHANISM", {**SASL, "RUNLORE_KAFKA_SASL_MECHANISM": ""}),
        ("RUNLORE_KAFKA_SASL_MECHANISM", {**SASL, "RUNLORE_KAFKA_SASL_MECHANISM": "SCRAM"}),
        ("RUNLORE_KAFKA_SASL_MECHANISM", {**SASL, **SHOWN}),
        ("RUNLORE_KAFKA_SECURITY_PROTOCOL", {**SASL, "RUNLORE_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}),
        ("RUNLORE_KAFKA_CA_FILE", {**SASL, "RUNLORE_KAFKA_CA_FILE": "/nowhere/ca.pem"}),
        ("RUNLORE_KAFKA_PASSWORD_FILE", {**SASL, "RUNLORE_KAFKA_PASSWORD_FILE": "/nowhere/password"}),
        ("RUNLORE_KAFKA_PASSWORD_FILE", {**SASL, "RUNLORE_KAFKA_PASSWORD_FILE": __file__}),
        ("RUNLORE_KAFKA_SECURITY_PROTOCOL", {"RUNLORE_KAFKA_CA_FILE": __file__}),
        ("RUNLORE_KAFKA_KEY_FILE", {**SASL, "RUNLORE_KAFKA_CERTIFICATE_FILE": __file__}),
        ("RUNLORE_OPENSEARCH_USERNAME", {**LOGIN, "RUNLORE_OPENSEARCH_USERNAME": ""}),
        ("RUNLORE_OPENSEARCH_PASSWORD", {**LOGIN, "RUNLORE_OPENSEARCH_PASSWORD": ""}),
        ("RUNLORE_OPENSEARCH_URL", {**LOGIN, "RUNLORE_OPENSEARCH_URL": "http://o:9200"}),
        ("RUNLORE_OPENSEARCH_URL", {**LOGIN, "RUNLORE_OPENSEARCH_URL": "https://a:hunter22@o:9200"}),
        ("RUNLORE_OPENSEARCH_URL", {"RUNLORE_OPENSEARCH_CA_FILE": __file__}),
    ],
)
def test_half_a_login_is_refused_and_named(name: str, told: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=name) as refused:
        read_settings(GOOD | told)
    assert "hunter22" not in str(refused.value)


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
