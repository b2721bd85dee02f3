"""Passwords and keys, generated once per stack and kept in its own folder."""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

AIRFLOW_USERS = {
    "viewer": "VIEWER",
    "operator": "OP",
    "admin": "ADMIN",
    "approver": "USER",
    "runlore": "USER",
}
OPEN_WEBUI_ADMIN = "admin@runlore.local"
_PLAIN = (
    "supervisor",
    "postgres",
    "api-key",
    "api-key-oncall",
    "api-key-second",
    "api-key-guest",
    "actions-secret",
    "mask-key",
    "object-store",
    "airflow-jwt",
    "airflow-secret",
    "mlflow-secret",
    "open-webui-secret",
    "open-webui-admin",
    "open-webui-user-jwt",
)


@dataclass(frozen=True)
class Passwords:
    """The folder of the secrets, and their values by file name."""

    folder: Path
    values: dict[str, str]

    def __getitem__(self, name: str) -> str:
        """Give the value kept in the file of this name."""
        return self.values[name]


def _keep(path: Path, value: str) -> str:
    """Give the value that the file holds; write `value` first when there is no such file."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(value + "\n")
    return path.read_text().strip()


def _keep_users(path: Path) -> str:
    """Give the passwords of Airflow's users that the file holds; generate those that are missing."""
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if missing := AIRFLOW_USERS.keys() - kept.keys():
        path.touch(mode=0o600)
        path.write_text(
            json.dumps(kept | {user: secrets.token_urlsafe(12) for user in sorted(missing)}) + "\n"
        )
    return path.read_text().strip()


def ensure_passwords(folder: Path) -> Passwords:
    """Read the stack's passwords; generate those that are missing.

    Args:
        folder: `$RUNLORE_HOME/secrets`, made with mode 0700; the files get 0600.

    Returns:
        All values by name; `airflow-users` is a JSON object of user name and password.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    values = {name: _keep(folder / name, secrets.token_urlsafe(48)) for name in _PLAIN}
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    values["airflow-fernet"] = _keep(folder / "airflow-fernet", fernet)
    values["airflow-users"] = _keep_users(folder / "airflow-users.json")
    return Passwords(folder, values)
