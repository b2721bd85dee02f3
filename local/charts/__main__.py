"""`python -m local.charts COMMAND`: look at the chart, and install it."""

import sys

from local.charts.lint import lint_chart
from local.charts.readme import README, write_table
from local.charts.tools import TOOLS
from local.command_line import make_parser, tell_errors
from local.go_build import ensure_built
from local.settings import StackSettings, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a mistake that a person can put right is one message, without a traceback."""
    words = (
        ("lint", lint_chart, "look at the chart, with the API server of the stack"),
        ("tools", build_tools, "build helm and its neighbours where they are missing"),
        ("readme", describe_values, "write the table of values into the chart's README"),
    )
    options = make_parser("python -m local.charts", __doc__, words).parse_args(arguments)
    return tell_errors(lambda: options.run(load_settings()))


def build_tools(settings: StackSettings) -> None:
    """Build helm and its neighbours where they are missing."""
    print(f"Built: {ensure_built(settings.envs, TOOLS)}")


def describe_values(_settings: StackSettings) -> None:
    """Write the table of values into the chart's README."""
    write_table()
    print(f"Written: {README}")


if __name__ == "__main__":
    sys.exit(main())
