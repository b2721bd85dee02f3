"""`python -m local.secret_files`: build sops and age where they are missing. `make secret-tools` calls it."""

import sys

from local.command_line import tell_errors
from local.go_build import ensure_built
from local.secret_files.tools import TOOLS
from local.settings import load_settings


def main() -> int:
    """Build them, and print where they are; what a person can put right is one message."""
    return tell_errors(_build)


def _build() -> None:
    print(f"sops, age and age-keygen: {ensure_built(load_settings().envs, TOOLS)}")


if __name__ == "__main__":
    sys.exit(main())
