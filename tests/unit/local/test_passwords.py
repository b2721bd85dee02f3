import json

from local.passwords import AIRFLOW_USERS, ensure_passwords
from local.settings import StackSettings


def test_secrets_are_generated_once_and_private(settings: StackSettings) -> None:
    folder = settings.home / "secrets"
    first = ensure_passwords(folder)
    assert ensure_passwords(folder).values == first.values
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_no_two_secrets_are_alike(settings: StackSettings) -> None:
    values = ensure_passwords(settings.home / "secrets").values
    assert len(set(values.values())) == len(values)
    assert json.loads(values["airflow-users"]).keys() == AIRFLOW_USERS.keys()


def test_a_user_that_a_newer_version_brings_gets_a_password(settings: StackSettings) -> None:
    folder = settings.home / "secrets"
    folder.mkdir(parents=True)
    (folder / "airflow-users.json").write_text('{"admin": "kept"}')
    users = json.loads(ensure_passwords(folder)["airflow-users"])
    assert users["admin"] == "kept"
    assert users.keys() == AIRFLOW_USERS.keys()


def test_signing_keys_are_long_enough_for_sha512(settings: StackSettings) -> None:
    assert len(ensure_passwords(settings.home / "secrets")["airflow-jwt"]) >= 64
