"""`python -m local.secret_files`: build sops and age where they are missing. `make secret-tools` calls it."""

import sys

from local.errors import StackError
from local.secret_files.tools import ensure_tools
from local.settings import load_settings


def main() -> int:
    """Build them, and print where they are; what a person can put right is one message."""
    try:
        print(f"sops, age and age-keygen: {ensure_tools(load_settings().envs)}")
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
