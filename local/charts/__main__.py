"""`python -m local.charts COMMAND`: look at the chart, and install it."""

import argparse
import sys

from local.charts.lint import lint_chart
from local.charts.readme import README, write_table
from local.charts.tools import ensure_tools
from local.errors import StackError
from local.settings import StackSettings, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a mistake that a person can put right is one message, without a traceback."""
    options = _make_parser().parse_args(arguments)
    try:
        options.run(load_settings())
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.charts", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("lint", lint_chart, "look at the chart, with the API server of the stack"),
        ("tools", build_tools, "build helm and its neighbours where they are missing"),
        ("readme", describe_values, "write the table of values into the chart's README"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(run=run)
    return parser


def build_tools(settings: StackSettings) -> None:
    """Build helm and its neighbours where they are missing."""
    print(f"Built: {ensure_tools(settings.envs)}")


def describe_values(_settings: StackSettings) -> None:
    """Write the table of values into the chart's README."""
    write_table()
    print(f"Written: {README}")


if __name__ == "__main__":
    sys.exit(main())
