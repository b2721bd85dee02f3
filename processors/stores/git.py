"""Git, run on repositories that nobody vouches for: nothing of theirs is executed or written to a work tree.

Repositories are bare, so there are no checkouts, filters or hooks; only plain transports are allowed; what is
read is read by object id, whatever a path looks like. A token goes from its file to Git through a credential
helper that answers for one host only: it is in no command line, environment, log or error.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from processors.settings.addresses import hide_logins
from processors.settings.documents import DocumentSource

_TIMEOUT_SECONDS: Final = 600
# Names of other repositories, as inside a hook, and traces that would show what is sent.
_INHERITED: Final = ("GIT_SSL", "GIT_SSH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
_SAFE: Final = {
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_ASKPASS": "",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "SSH_ASKPASS": "",
}
_CONFIG: Final = {
    "core.autocrlf": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.symlinks": "true",
    "fetch.recurseSubmodules": "false",
    "gc.autoDetach": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "protocol.ext.allow": "never",
    "submodule.recurse": "false",
    "user.email": "runlore@localhost",
    "user.name": "runlore",
}
# The shell reads the file when Git asks, so that no process but the helper ever holds the token.
_HELPER: Final = (
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$RUNLORE_GIT_USER"'
    ' "$(cat -- "$RUNLORE_GIT_TOKEN_FILE")"; }; f'
)


class GitError(RuntimeError):
    """Git refuses, or a repository can't be reached; the message holds Git's words."""


def make_environment(source: DocumentSource | None = None) -> dict[str, str]:
    """Return the environment of a Git process.

    Args:
        source: The source to reach, whose credentials Git is shown the way to. Without it Git works on our
            own folders, and the configuration of the user who runs it doesn't count.

    Raises:
        GitError: A file with credentials can't be read.
    """
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(_INHERITED)
    }
    environment |= _SAFE
    config = list(_CONFIG.items())
    if source is None:
        environment |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    elif source.token_file:
        parts = urlsplit(source.url)
        place = f"credential.{parts.scheme}://{parts.netloc}.helper"
        config += [("credential.helper", ""), (place, ""), (place, _HELPER)]
        environment["RUNLORE_GIT_USER"] = source.user or "git"
        environment["RUNLORE_GIT_TOKEN_FILE"] = _require_file(source.token_file)
    elif source.ssh_key_file:
        key = _quote(_require_file(source.ssh_key_file))
        environment["GIT_SSH_COMMAND"] = f"ssh -i {key} -o IdentitiesOnly=yes -o BatchMode=yes"
    for number, (key, value) in enumerate(config):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment | {"GIT_CONFIG_COUNT": str(len(config))}


def _require_file(path: Path) -> str:
    absolute = path.expanduser().absolute()
    if not os.access(absolute, os.R_OK) or not absolute.is_file():
        raise GitError(f"{absolute}, named by the source's settings, can't be read")
    return str(absolute)


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def run_git(
    directory: Path, *arguments: str, source: DocumentSource | None = None, stdin: bytes = b""
) -> bytes:
    """Run Git on a bare repository and return what it prints.

    Args:
        directory: Of the repository.
        arguments: Command and options.
        source: Whose credentials may be used.
        stdin: What Git reads.

    Raises:
        GitError: Git refuses or takes too long.
    """
    command = ["git", "--git-dir", str(directory), *arguments]
    shown = hide_logins(" ".join(command))
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            env=make_environment(source),
            input=stdin,
            start_new_session=True,  # without a terminal ssh can't ask
            timeout=_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"{shown}: not done after {_TIMEOUT_SECONDS} s") from error
    if done.returncode:
        words = hide_logins(done.stderr.decode(errors="replace").strip())
        raise GitError(f"{shown}: {words or f'exit status {done.returncode}'}")
    return done.stdout


def prepare_mirror(directory: Path) -> None:
    """Make a bare repository, or mend one that a killed run left half made or locked.

    Raises:
        GitError: Git refuses.
    """
    oldest = time.time() - _TIMEOUT_SECONDS
    for lock in (*directory.glob("*.lock"), *directory.glob("refs/**/*.lock")):
        # No Git process of ours lives as long as that.
        if lock.stat().st_mtime < oldest:
            lock.unlink()
    directory.parent.mkdir(parents=True, exist_ok=True)
    run_git(directory, "init", "--quiet", "--bare", "--template=")


def read_sizes(directory: Path, object_ids: list[str]) -> list[int]:
    """Return the sizes of objects, in bytes, without reading them.

    Raises:
        GitError: An object is not there.
    """
    asked = "".join(f"{object_id}\n" for object_id in object_ids).encode()
    answers = run_git(directory, "cat-file", "--batch-check=%(objectsize)", stdin=asked).decode().splitlines()
    missing = next((answer for answer in answers if not answer.isdigit()), None)
    if missing:
        raise GitError(f"{directory}: {missing}")
    return [int(answer) for answer in answers]


def read_blobs(directory: Path, object_ids: list[str]) -> Iterator[bytes]:
    """Read objects, one after the other, by one Git process.

    Raises:
        GitError: An object is not there.
    """
    command = ["git", "--git-dir", str(directory), "cat-file", "--batch"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=make_environment()
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise GitError(f"{directory}: Git can't be talked to")
        for object_id in object_ids:
            process.stdin.write(f"{object_id}\n".encode())
            process.stdin.flush()
            header = process.stdout.readline().decode()
            if not re.fullmatch(r"[0-9a-f]+ blob \d+\n", header):
                raise GitError(f"{directory}: {object_id}: {header.strip() or 'Git ended'}")
            size = int(header.split()[2])
            content = process.stdout.read(size + 1)
            if len(content) <= size:
                raise GitError(f"{directory}: {object_id}: {len(content)} of {size} bytes could be read")
            yield content[:size]
