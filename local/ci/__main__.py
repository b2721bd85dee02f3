"""`python -m local.ci COMMAND`: what `make ci-lint`, `make audit` and `.ci/publish` call."""

import argparse
import sys

from local.ci.audit import audit_all
from local.ci.looks import look_at_all
from local.ci.tools import PUBLISHING
from local.errors import StackError
from local.go_build import ensure_built
from local.settings import StackSettings, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; what a person can put right is one message, without a traceback."""
    parser = argparse.ArgumentParser(prog="python -m local.ci", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("lint", look_at_all, "look at workflows and pipeline, and for secrets in the history"),
        ("audit", audit_all, "ask about known weaknesses of the packages"),
        ("publish-tools", build_publishing, "build what signs a release where it is missing"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(run=run)
    options = parser.parse_args(arguments)
    try:
        options.run(load_settings())
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def build_publishing(settings: StackSettings) -> None:
    """Build what signs a release where it is missing."""
    print(f"Built: {ensure_built(settings.envs, PUBLISHING)}")


if __name__ == "__main__":
    sys.exit(main())
