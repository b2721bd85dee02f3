"""Programs of others that read a document, kept within limits: what a hostile page breaks is a child."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from typing import Final

_SECONDS: Final = 10
_MEMORY_BYTES: Final = 1 << 30
_OUTPUT_BYTES: Final = 50_000_000
_MOST_WORDS: Final = 200


class ConversionError(Exception):
    """A document can't be read; the message says why."""


def run_limited(command: Sequence[str], data: bytes, seconds: int = _SECONDS) -> bytes:
    """Run a program that reads a document from its input and writes what it found.

    It gets an empty folder, hardly any environment, 1 GiB of memory and 50 MB for what it writes.

    Args:
        command: The program with its arguments.
        data: The document.
        seconds: Of CPU that it may take, and twice that by the clock.

    Raises:
        ConversionError: It isn't there, it fails, or it takes more than its share.
    """
    if not shutil.which(command[0]):
        raise ConversionError(f"{command[0]} isn't installed; `make setup` installs it")
    limits = (
        "prlimit",
        f"--cpu={seconds}",
        f"--data={_MEMORY_BYTES}",
        f"--fsize={_OUTPUT_BYTES}",
        "--core=0",
    )
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        try:
            process = subprocess.Popen(
                [*limits, *command],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except OSError as error:
            raise ConversionError(f"{error.filename} can't be started: {error.strerror}") from error
        try:
            process.communicate(data, timeout=2 * seconds)
        except subprocess.TimeoutExpired as error:
            raise ConversionError(f"not done after {2 * seconds} s") from error
        finally:
            _end(process)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise ConversionError(_tell_failure(process.returncode, err.read(10_000)))
        return out.read()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _tell_failure(status: int, words: bytes) -> str:
    if status == -signal.SIGXFSZ:
        return f"it would become more than {_OUTPUT_BYTES} bytes"
    if status < 0:
        return "it takes more time or memory than a page may"
    text = " ".join(words.decode(errors="replace").split())
    return text[:_MOST_WORDS] or f"exit status {status}"
