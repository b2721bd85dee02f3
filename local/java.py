"""Finding a JDK for OpenSearch, Kafka and Spark."""

import os
import re
from pathlib import Path

from local.errors import StackError

MINIMUM = 21


def read_java_version(home: Path) -> int | None:
    """Give the major version that a JDK's `release` file states, or None if it has none.

    Args:
        home: folder that would be JAVA_HOME.
    """
    release = home / "release"
    if not (home / "bin/java").exists() or not release.exists():
        return None
    found = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', release.read_text(), re.MULTILINE)
    return int(found.group(1)) if found else None


def find_java(configured: str, candidates: list[Path] | None = None) -> Path:
    """Choose the newest JDK that is new enough for OpenSearch.

    Args:
        configured: RUNLORE_JAVA_HOME; when given, nothing else is looked at.
        candidates: folders to look at; by default JAVA_HOME and /usr/lib/jvm/*.

    Raises:
        StackError: if there is none of version 21 or newer.
    """
    if configured:
        version = read_java_version(Path(configured))
        if version is None or version < MINIMUM:
            raise StackError(
                f"RUNLORE_JAVA_HOME={configured} is not a JDK {MINIMUM} or newer (found {version})."
            )
        return Path(configured)
    if candidates is None:
        home = os.environ.get("JAVA_HOME")
        candidates = [Path(home)] if home else []
        candidates += sorted(Path("/usr/lib/jvm").glob("*"))
    versions = [(read_java_version(home) or 0, home) for home in candidates]
    version, newest = max(versions, default=(0, Path()))
    if version < MINIMUM:
        raise StackError(
            f"No JDK {MINIMUM} or newer was found in JAVA_HOME or /usr/lib/jvm. Install one (Debian 13: "
            f"openjdk-21-jdk-headless; elsewhere Temurin 25) or set RUNLORE_JAVA_HOME."
        )
    return newest
