"""`python -m local.ci COMMAND`: what `make ci-lint`, `make audit` and `.ci/publish` call."""

import sys

from local.ci.audit import audit_all
from local.ci.looks import look_at_all
from local.ci.tools import PUBLISHING
from local.command_line import make_parser, tell_errors
from local.go_build import ensure_built
from local.settings import StackSettings, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; what a person can put right is one message, without a traceback."""
    words = (
        ("lint", look_at_all, "look at workflows and pipeline, and for secrets in the history"),
        ("audit", audit_all, "ask about known weaknesses of the packages"),
        ("publish-tools", build_publishing, "build what signs a release where it is missing"),
    )
    options = make_parser("python -m local.ci", __doc__, words).parse_args(arguments)
    return tell_errors(lambda: options.run(load_settings()))


def build_publishing(settings: StackSettings) -> None:
    """Build what signs a release where it is missing."""
    print(f"Built: {ensure_built(settings.envs, PUBLISHING)}")


if __name__ == "__main__":
    sys.exit(main())
