"""The Python environments: made with uv from the lock files, skipped when a lock file is unchanged.

Runs on a bare Python 3.11 or 3.12, before anything is installed: `python -m local.environments`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.command_line import tell_errors
from local.errors import StackError
from local.stamps import hash_files, is_stamped

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.8"
LOCKS = {
    "platform": "requirements/dev.txt",
    "model-server": "requirements/model-server.txt",
    "open-webui": "requirements/open-webui.txt",
    "audit": "requirements/audit.txt",
    "clouds": "requirements/clouds.txt",
    "sentence-transformers": "requirements/sentence-transformers.txt",
    "peers": "requirements/peers.txt",
}
# Made by those who need them.
_LATER = {"audit", "clouds", "peers", "sentence-transformers"}


def find_environments() -> Path:
    """Return the folder that holds the environments: RUNLORE_ENVS, or the project's own."""
    return (ROOT / os.environ.get("RUNLORE_ENVS", ".runlore/envs")).resolve()


def main() -> int:
    """Make every environment whose lock file has changed since it was made."""
    return tell_errors(_ensure_all)


def _ensure_all() -> None:
    envs = find_environments()
    unwanted = {*_LATER, *(["open-webui"] if os.environ.get("RUNLORE_OPEN_WEBUI") == "off" else [])}
    check_python()
    for name in [name for name in LOCKS if name not in unwanted]:
        ensure_environment(envs, name)


def check_python() -> None:
    """Refuse a Python that the lock files are not made for.

    Raises:
        StackError: for anything but 3.11 and 3.12.
    """
    if sys.version_info[:2] not in ((3, 11), (3, 12)):
        raise StackError(
            f"Python 3.11 or 3.12 is needed, this is {sys.version.split()[0]}. "
            "Name one: make setup PYTHON=/path/to/python3.12"
        )


def ensure_environment(envs: Path, name: str) -> None:
    """Make or update one environment from its lock file, hashes checked.

    Raises:
        StackError: if a package can't be installed.
    """
    lock = ROOT / LOCKS[name]
    stamp = envs / name / "lock.sha256"
    wanted = hash_files(lock)
    if is_stamped(stamp, wanted):
        return
    uv = ensure_uv(envs)
    print(f"Installing the {name} environment from {LOCKS[name]} …", flush=True)
    if not (envs / name / "bin/python").exists():
        _run([uv, "venv", "-q", "--python", sys.executable, str(envs / name)])
    _run([uv, "pip", "sync", "-q", "--require-hashes", "--python", str(envs / name), str(lock)])
    stamp.write_text(wanted)


def ensure_uv(envs: Path) -> str:
    """Give the path of uv, installed with pip into an environment of its own."""
    tools = envs / "tools"
    uv = tools / "bin/uv"
    if not uv.exists():
        print(f"Installing {UV} …", flush=True)
        shutil.rmtree(tools, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(tools)])
        _run([str(tools / "bin/python"), "-m", "pip", "install", "-q", UV])
    return str(uv)


def make_uv_environment(environment: dict[str, str]) -> dict[str, str]:
    """Tell uv what pip and requests were told about the index and the certificates.

    Args:
        environment: variables of this process.

    Returns:
        The same with UV_DEFAULT_INDEX and SSL_CERT_FILE filled in where only their cousins are set.

    Example:
        >>> make_uv_environment({"PIP_INDEX_URL": "https://mirror.example/simple"})["UV_DEFAULT_INDEX"]
        'https://mirror.example/simple'
    """
    derived = dict(environment)
    if index := environment.get("PIP_INDEX_URL"):
        derived.setdefault("UV_DEFAULT_INDEX", index)
    for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE"):
        if certificates := environment.get(name):
            derived.setdefault("SSL_CERT_FILE", certificates)
    return derived


def _run(command: list[str]) -> None:
    done = subprocess.run(command, env=make_uv_environment(dict(os.environ)), check=False)
    if done.returncode:
        raise StackError(f"`{' '.join(command)}` failed; what it says is above.")


if __name__ == "__main__":
    sys.exit(main())
