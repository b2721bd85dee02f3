"""n8n, installed once and run with a database of the stack's PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from local.npm import install_packages
from local.server_process import run_server
from local.stamps import hash_files, is_stamped

_HERE: Final = Path(__file__).parent


def ensure_n8n(envs: Path) -> Path:
    """Install n8n unless that was done, and give its program.

    What it has in native code isn't built: it serves databases and nodes that no workflow here uses.

    Args:
        envs: RUNLORE_ENVS; it goes to the folder `n8n`.

    Raises:
        StackError: if npm is missing, or can't install it.
    """
    folder = envs / "n8n"
    stamp = folder / "lock.sha256"
    wanted = hash_files(_HERE / "package-lock.json")
    if not is_stamped(stamp, wanted):
        print("Installing n8n with npm (1.2 GB, minutes; it needs Node 20.19 or newer) …", flush=True)
        install_packages(_HERE, folder, "--omit=optional")
        stamp.write_text(wanted)
    return folder / "node_modules/.bin/n8n"


@contextmanager
def run_n8n(program: Path, port: int, database: dict[str, str], folder: Path) -> Iterator[str]:
    """Run n8n and yield its address.

    Args:
        program: As `ensure_n8n` gives it.
        port: Of this machine.
        database: Host, port, database, user and password of an empty database of PostgreSQL.
        folder: For what it keeps, and its log.

    Raises:
        StackError: if it doesn't come up; the message has the end of its log.
    """
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "N8N_PORT": str(port),
        "N8N_LISTEN_ADDRESS": "127.0.0.1",
        "N8N_USER_FOLDER": str(folder),
        "N8N_SECURE_COOKIE": "false",
        "N8N_DIAGNOSTICS_ENABLED": "false",
        "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
        "N8N_TEMPLATES_ENABLED": "false",
        "N8N_PERSONALIZATION_ENABLED": "false",
        "DB_TYPE": "postgresdb",
        **{f"DB_POSTGRESDB_{name.upper()}": value for name, value in database.items()},
    }

    def is_up() -> bool:
        # While it starts, each path answers with a line of text and success.
        answer = httpx.get(f"{url}/rest/settings", timeout=2)
        return answer.is_success and "json" in answer.headers.get("content-type", "")

    with run_server([str(program), "start"], environment, is_up, folder / "n8n.log"):
        yield url
