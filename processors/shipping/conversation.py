"""What rsyslog and the program behind its `omprog` say to each other.

Lines come in transactions. Each is kept in rsyslog's queue until the end of its transaction was answered with
OK; after any other answer rsyslog waits and sends the whole transaction again. So a transaction must be able
to come twice, and nothing is lost whichever of the two is killed: a program that was begun in the midst of
a transaction doesn't know its first lines, and refuses it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from processors.knowledge.logs.stored_lines import FileLine


def converse(
    lines: Iterable[bytes], say: Callable[[str], None], write: Callable[[list[FileLine]], str]
) -> None:
    """Answer rsyslog until it has nothing more to say.

    Args:
        lines: What rsyslog says.
        say: Answers it.
        write: Writes the lines of a transaction, and returns why it could not, or nothing.
    """
    waiting: list[FileLine] | None = None
    say("OK")
    for line in lines:
        match line.rstrip(b"\n"):
            case b"BEGIN TRANSACTION":
                waiting = []
                say("OK")
            case _ if waiting is None:
                say("the transaction's begin is missing")
            case b"COMMIT TRANSACTION":
                say(write(waiting) or "OK")
                waiting = None
            case said:
                waiting.append(read_line(said))
                say("DEFER_COMMIT")


def read_line(said: bytes) -> FileLine:
    r"""Return a line of a file as rsyslog's template `line` writes it: three fields, and the line itself.

    Example:
        >>> line = read_line(b"/logs/redis.log\t120\t2026-11-21T07:00:00.000000+00:00\ta\tb")
        >>> line.file, line.offset, line.data
        ('/logs/redis.log', 120, b'a\tb')
    """
    file, offset, read_at, data = said.split(b"\t", 3)
    return FileLine(
        file.decode(errors="replace"), int(offset), datetime.fromisoformat(read_at.decode()), data
    )
