"""Encrypts and decrypts files of secrets, as people and Argo CD do."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from local.errors import StackError


def make_key(tools: Path, file: Path) -> str:
    """Make a private key of age, readable by its owner alone, and give its public key.

    Args:
        tools: folder of the programs.
        file: where the private key goes; it may not be there yet.
    """
    _run([tools / "age-keygen", "-o", file])
    return _run([tools / "age-keygen", "-y", file]).strip()


def encrypt(tools: Path, file: Path, rules: Path) -> None:
    """Encrypt the values of a file in place.

    Args:
        tools: folder of the programs.
        file: a manifest that one of the rules is for.
        rules: a `.sops.yaml`.

    Raises:
        StackError: if no rule is for the file, or it is encrypted already.
    """
    _run([tools / "sops", "--config", rules, "encrypt", "--in-place", file])


def decrypt(tools: Path, file: Path, key: Path) -> str:
    """Give an encrypted file's text in the clear; nothing is written.

    Args:
        tools: folder of the programs.
        file: encrypted.
        key: with a private key of age.

    Raises:
        StackError: if the file is not for this key, or was changed by hand.
    """
    return _run([tools / "sops", "decrypt", file], {"SOPS_AGE_KEY_FILE": str(key)})


def _run(command: Sequence[str | Path], more: dict[str, str] | None = None) -> str:
    # Other keys of whoever runs this must not help.
    own = {name: value for name, value in os.environ.items() if not name.startswith("SOPS_AGE")}
    done = subprocess.run(
        list(map(str, command)), env={**own, **(more or {})}, capture_output=True, text=True
    )
    if done.returncode:
        raise StackError(f"`{' '.join(map(str, command))}` failed: {done.stderr.strip()}")
    return done.stdout
