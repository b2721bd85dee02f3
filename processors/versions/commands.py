"""`make versions`: list, show, compare, promote, roll back, pin and prune index versions.

`make versions ARGS="diff cag-v000003 cag-v000004"`; without ARGS it lists. Each command prints what a person
needs to decide, and ends with 1 and one sentence if it could not do what was asked.
"""

import argparse
import getpass
import os
import sys
from typing import TYPE_CHECKING, Final

from opensearchpy import NotFoundError, OpenSearch, OpenSearchException

from processors.versions import operations
from processors.versions.aliases import LiveVersionMovedError
from processors.versions.operations import Asker

if TYPE_CHECKING:
    from processors.settings import Settings

_ADDRESS: Final = "RUNLORE_OPENSEARCH_URL"
_MORE: Final = (
    "RUNLORE_OPENSEARCH_USERNAME",
    "RUNLORE_OPENSEARCH_CA_FILE",
    "RUNLORE_OPENSEARCH_CERTIFICATE_FILE",
)


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command."""
    options = make_parser().parse_args(arguments or sys.argv[1:] or ["list"])
    try:
        sys.stdout.write(f"{execute(_open_search(), options)}\n")
    except (ValueError, OpenSearchException) as error:
        sys.stderr.write(f"{explain(error)}\n")
        return 1
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="versions", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, of: str = "") -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        if of == "version":
            command.add_argument("version", help="such as cag-v000017")
        if of == "pipeline":
            command.add_argument("pipeline", choices=["cag", "rag"])
        return command

    add("list", "all versions, their size and state").add_argument(
        "pipeline", nargs="?", choices=["cag", "rag"]
    )
    add("show", "all that a version says of itself", "version")
    add("diff", "what changed from one version to another", "version").add_argument("other")
    asked = [add("promote", "make a version live that was live before", "version")]
    for name in ("rollback", "roll-back"):
        asked.append(add(name, "go back to the version before", "pipeline"))
        asked[-1].add_argument("--to", help="this version")
    asked.append(add("pin", "keep a version, and keep builds from replacing it", "version"))
    add("unpin", "take a pin away", "version")
    pruning = add("prune", "delete old versions", "pipeline")
    pruning.add_argument("--keep", type=int, help="how many stay; RUNLORE_KEPT_VERSIONS by default")
    pruning.add_argument("--dry-run", action="store_true", help="only say which")
    for command in asked:
        command.add_argument("--reason", default="", help="kept with the version")
    return parser


def execute(client: OpenSearch, options: argparse.Namespace) -> str:
    """Carry out a parsed command and return what is still to be said.

    Raises:
        ValueError: It can't be done, and why.
    """
    fields = dict(vars(options))
    command, asker = fields.pop("command"), Asker(getpass.getuser(), fields.pop("reason", ""))
    if command in ("rollback", "roll-back"):
        sys.stdout.write(operations.swap_back(client, options.pipeline, asker, options.to))
        sys.stdout.flush()
        return operations.announce(client, _load_settings(), options.pipeline)
    # A rollback must not wait for what only the others need.
    from processors.versions.actions import Request, act

    return act(client, _load_settings, Request(command, asker, **fields))


def _open_search() -> OpenSearch:
    """Connect; where the address says all, without the settings, which load longer than a rollback."""
    if _ADDRESS in os.environ and not any(name in os.environ for name in _MORE):
        return OpenSearch(os.environ[_ADDRESS], timeout=60)
    from processors.stores.search import open_search

    return open_search(_load_settings().opensearch)


def _load_settings() -> "Settings":
    from processors.settings import load_settings

    return load_settings()


def explain(error: Exception) -> str:
    """Return an error as one sentence with what helps."""
    if isinstance(error, LiveVersionMovedError):
        return f"{error}\nmake versions shows what is live."
    if isinstance(error, NotFoundError):
        return f"gone meanwhile: {error.error}. make versions shows what there is."
    if isinstance(error, OpenSearchException):
        return f"OpenSearch can't be asked: {error}. `make status` says whether it runs."
    return str(error)
