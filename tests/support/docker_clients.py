"""A `docker` that can be put on PATH."""

from pathlib import Path


def write_client(folder: Path, version: str, builds: bool) -> str:
    """Make a `docker` that says its version, and whose engine never answers."""
    folder.mkdir()
    client = folder / "docker"
    client.write_text(
        f'#!/bin/sh\ncase "$1" in\n--version) echo "Docker version {version}, build 1" ;;\n'
        f'buildx) exit {0 if builds else 1} ;;\n*) echo "no engine" >&2; exit 1 ;;\nesac\n'
    )
    client.chmod(0o755)
    return str(client)
