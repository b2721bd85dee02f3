"""Debian's packages that the stack runs: installed when missing and permitted, else named."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import StackError

# A program that shows that the package is there, and the package.
PACKAGES = {
    "initdb": "postgresql",
    "redis-server": "redis-server",
    "rsyslogd": "rsyslog",
    "omkafka.so": "rsyslog-kafka",
    "prometheus": "prometheus",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "prometheus-redis-exporter": "prometheus-redis-exporter",
    "prometheus-postgres-exporter": "prometheus-postgres-exporter",
    "prometheus-elasticsearch-exporter": "prometheus-elasticsearch-exporter",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "mvn": "maven",
    "git": "git",
    "chromium": "chromium",
}
_ELSEWHERE = {
    "initdb": "/usr/lib/postgresql/*/bin/initdb",
    "omkafka.so": "/usr/lib/*/rsyslog/omkafka.so",
}


def find_missing() -> list[str]:
    """Name the packages whose program is not on this machine."""
    return [package for program, package in PACKAGES.items() if not _is_present(program)]


def ensure_packages() -> None:
    """Install what is missing, if this is root on a Debian; the packages' own services stay off.

    Raises:
        StackError: with the command to type, if it is not.
    """
    missing = find_missing()
    if not missing:
        return
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise StackError(
            f"These packages are missing: {', '.join(missing)}. Install them, then run this again:\n"
            f"  sudo {' '.join(install)}\n(On another distribution: the packages with the same programs.)"
        )
    print(f"Installing Debian packages: {' '.join(missing)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _services_kept_off():
        for command in (["apt-get", "update", "-q"], install):
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            if done.returncode:
                raise StackError(f"`{' '.join(command)}` failed:\n{done.stdout[-1500:]}{done.stderr[-1500:]}")


def _is_present(program: str) -> bool:
    if program in _ELSEWHERE:
        return any(Path("/").glob(_ELSEWHERE[program].lstrip("/")))
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is not None


@contextmanager
def _services_kept_off() -> Iterator[None]:
    """While packages are installed, tell Debian's policy layer to start none of their services.

    The stack runs these programs on its own ports and data. A policy that is there already is left alone.
    """
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
