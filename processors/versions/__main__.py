"""`python -m processors.versions`: the commands that `make versions` and `make rollback` call.

Whoever takes a version back waits for the command to load, and a third of that would be the asynchronous half
of opensearch-py. It is left out if aiohttp can't be imported, and no command needs it.
"""

import sys


def run() -> int:
    """Carry out one command without loading aiohttp."""
    sys.modules["aiohttp"] = None  # type: ignore[assignment] # how an import is refused
    from processors.versions.commands import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
