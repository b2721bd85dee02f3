"""Debian's packages that the stack runs: installed when missing and permitted, else named."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import StackError
from local.java import find_java

# A program that shows that the package is there, and the package.
PACKAGES = {
    "initdb": "postgresql",
    "redis-server": "redis-server",
    "rsyslogd": "rsyslog",
    "omkafka.so": "rsyslog-kafka",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "prometheus-redis-exporter": "prometheus-redis-exporter",
    "prometheus-postgres-exporter": "prometheus-postgres-exporter",
    "prometheus-elasticsearch-exporter": "prometheus-elasticsearch-exporter",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "mvn": "maven",
    "git": "git",
    "asciidoctor": "asciidoctor",
}
# Only tests and screenshots drive a browser.
TEST_PACKAGES = {"chromium": "chromium", "nginx": "nginx"}
JAVA_PACKAGES = ("openjdk-25-jdk-headless", "openjdk-21-jdk-headless")
_ELSEWHERE = {
    "initdb": "/usr/lib/postgresql/*/bin/initdb",
    "omkafka.so": "/usr/lib/*/rsyslog/omkafka.so",
}


def find_missing(for_tests: bool = False) -> list[str]:
    """Name the packages whose program is not on this machine.

    Args:
        for_tests: count in what only the tests need.
    """
    wanted = {**PACKAGES, **TEST_PACKAGES} if for_tests else PACKAGES
    return [package for program, package in wanted.items() if not _is_present(program)]


def ensure_java(configured: str) -> Path:
    """Find a JDK that is new enough, or install Debian's when this is root and Debian has one.

    Raises:
        StackError: if there is none to be had.
    """
    try:
        return find_java(configured)
    except StackError:
        offered = [package for package in JAVA_PACKAGES if _is_offered(package)]
        if configured or os.geteuid() != 0 or not offered:
            raise
        install_packages(offered[:1])
        return find_java(configured)


def install_packages(missing: list[str]) -> None:
    """Install packages, if this is root on a Debian; their own services stay off.

    Raises:
        StackError: with the command to type, if it is not.
    """
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


def _is_offered(package: str) -> bool:
    """Say whether Debian's archive, as this machine knows it, has the package."""
    if not shutil.which("apt-cache"):
        return False
    return subprocess.run(["apt-cache", "show", package], capture_output=True).returncode == 0


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
