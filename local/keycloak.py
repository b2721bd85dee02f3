"""Keycloak for `make test-oidc`: fetched by Maven, built once, started and ended by its own process id."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from local.artifacts import unzip
from local.errors import StackError
from local.java import find_java
from local.server_process import run_server
from local.settings import ROOT
from local.stamps import hash_files, is_stamped

POM = ROOT / "local/keycloak.xml"
ADMIN = "admin"
_MEMORY = "-Xms64m -Xmx320m -XX:MaxMetaspaceSize=192m"


def ensure_keycloak(envs: Path) -> Path:
    """Fetch, unpack and build Keycloak unless that was done, and give its folder.

    Args:
        envs: RUNLORE_ENVS; it goes to the folder `keycloak`.

    Raises:
        StackError: if Maven can't fetch it, or its build fails.
    """
    folder = envs / "keycloak"
    server, stamp = folder / "server", folder / "pom.sha256"
    wanted = hash_files(POM)
    if is_stamped(stamp, wanted):
        return server
    print("Fetching Keycloak with Maven (165 MB) …", flush=True)
    shutil.rmtree(server, ignore_errors=True)
    _run(["mvn", "-B", "-q", "-ntp", "-f", str(POM), "package", f"-Drunlore.keycloak={folder}"])
    unzip(folder / "keycloak.zip", folder / "unpacked")
    (unpacked,) = (folder / "unpacked").iterdir()
    unpacked.rename(server)
    (folder / "unpacked").rmdir()
    (folder / "keycloak.zip").unlink()
    _run([str(server / "bin/kc.sh"), "build", "--db=dev-mem"])
    stamp.write_text(wanted)
    return server


def _run(command: list[str]) -> None:
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True)
    if done.returncode:
        raise StackError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _environment(password: str = "") -> dict[str, str]:
    admin = {"KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN, "KC_BOOTSTRAP_ADMIN_PASSWORD": password}
    java = {
        "JAVA_HOME": str(find_java(os.environ.get("RUNLORE_JAVA_HOME", ""))),
        "JAVA_OPTS_KC_HEAP": _MEMORY,
    }
    return {**os.environ, **java, **(admin if password else {})}


@contextmanager
def run_keycloak(envs: Path, port: int, realm: Path, password: str, log: Path) -> Iterator[str]:
    """Run Keycloak in memory with one realm, and yield its address.

    Args:
        envs: RUNLORE_ENVS.
        port: Of this machine; the next one is for its health.
        realm: JSON file of the realm.
        password: Of the administrator.
        log: File for what it says.

    Raises:
        StackError: if it doesn't come up; the message has the end of its log.
    """
    server, url = ensure_keycloak(envs), f"http://127.0.0.1:{port}"
    imported = server / "data/import"
    imported.mkdir(parents=True, exist_ok=True)
    shutil.copy(realm, imported)
    command = [
        str(server / "bin/kc.sh"), "start", "--optimized", "--http-enabled=true", f"--hostname={url}",
        "--http-host=127.0.0.1", f"--http-port={port}", f"--http-management-port={port + 1}",
        "--import-realm", "--cache=local",
    ]  # fmt: skip
    probe = f"{url}/realms/{realm.stem}/.well-known/openid-configuration"
    with run_server(command, _environment(password), lambda: httpx.get(probe, timeout=2).is_success, log):
        yield url
