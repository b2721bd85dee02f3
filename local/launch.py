"""Become one process of the stack, after removing what a killed predecessor left behind.

Supervisord starts every program as `python -m local.launch [options] -- command …`. A program that
died by SIGKILL may leave children that hold its port or its work; they carry the stack's mark and the
program's name in their environment, so only they are ended.
"""

import argparse
import os
import pwd
import resource
from pathlib import Path

from local.orphans import end_processes, find_marked

OPEN_FILES = 65_536


def main() -> None:
    """Parse the options, clear the ground, lower the rights, and exec the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as-data-user", action="store_true", help="run as RUNLORE_DATA_USER if root")
    parser.add_argument("--env-file", type=Path, help="more variables, NAME=value a line")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command

    program = os.environ["SUPERVISOR_PROCESS_NAME"]
    end_processes(find_marked(os.environ["RUNLORE_STACK_ID"], program), patience=2)
    environment = {**os.environ, **(read_env_file(options.env_file) if options.env_file else {})}
    raise_open_files()
    if options.as_data_user and os.geteuid() == 0:
        become(environment["RUNLORE_DATA_USER"])
    os.execvpe(command[0], command, environment)  # noqa: S606 -- becoming the command is the point


def read_env_file(path: Path) -> dict[str, str]:
    """Read NAME=value lines; empty lines and lines that start with # are skipped."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def raise_open_files() -> None:
    """Allow as many open files as OpenSearch wants, within what this user may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def become(user: str) -> None:
    """Give up root's rights for those of `user`, for good."""
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    main()
