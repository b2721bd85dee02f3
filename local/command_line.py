"""What the command lines of `local/` share: their words, and one message for what a person can mend."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterable

from local.errors import StackError

Word = tuple[str, Callable[..., object], str]
"""A command's word, what it does, and what a person is told of it."""


def make_parser(program: str, about: str | None, words: Iterable[Word]) -> argparse.ArgumentParser:
    """Return the parser of a program with commands; what one does stands in `run` of the options.

    Args:
        program: As a person calls it.
        about: What it is for.
        words: The commands.
    """
    parser = argparse.ArgumentParser(prog=program, description=about)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in words:
        commands.add_parser(name, help=text, description=text).set_defaults(run=run)
    return parser


def tell_errors(act: Callable[[], int | None]) -> int:
    """Do something, and return what the process ends with: what it gives, 1 after a mistake, otherwise 0.

    A mistake that a person can put right is one message, without a traceback.

    Example:
        >>> tell_errors(lambda: None)
        0
    """
    try:
        return act() or 0
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def end_when_told() -> None:
    """Have this process end what it has started when it is told to end, as after Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
