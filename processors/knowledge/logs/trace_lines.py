"""Lines of stack traces and what goes on with them, of every language that is known.

Lines come in two ways. In a stream each is a record of its own, and those of other threads stand between:
there a line must look like nothing else. In the text of one message its neighbours speak for it, and less is
enough.
"""

import re
from functools import lru_cache
from typing import Final

_FRAME: Final = re.compile(
    r"\s+at (?:async |new )?(?:[^\s(]{1,500}+(?: \[as [^\]]{1,99}\])? ?\(|\S{1,500}:\d)"  # Java, Node, .NET
    r"|\s+File \"[^\"]{1,500}\", line \d"  # Python
    r"|\s+from \S{1,500}:\d+:in |[\w./-]{1,500}?\.rb:\d+:in [`'][^']{0,300}'$"  # Ruby
    r"|#\d{1,3} +(?:\S{1,500}\(\d+\): |\[internal function\]|\{main\}|0x[\da-f]+ in )"  # PHP, C
    r"|goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[|\s+\S{1,500}\.(?:go|s):\d+(?: \+0x|$)"  # Go
    r"|\s+\d{1,3}: +(?:0x[\da-f]+ - )?[\w<]\S*::\S|stack backtrace:"  # Rust
    r"|\s+\(\w+ [\d.]+\) \S{1,300}:\d+: "  # Elixir
)
# What follows a trace and is followed by more of it.
_CAUSES: Final = r"Caused by: |Suppressed: |\.\.\. \d+ (?:more|common frames)|--- End of |---> |Stack trace:"
_JOINTS: Final = (
    r"During handling of the above exception|The above exception was the direct cause|Node\.js v\d"
)
_LINK: Final = re.compile(rf"\s*(?:{_CAUSES})|{_JOINTS}")
_CHAIN: Final = re.compile(r"During handling of|The above exception")
_TRACEBACK: Final = re.compile(r"Traceback \(most recent call last\):")
_EXCEPTION: Final = re.compile(
    r"(?:Caused by: |(?:(?:PHP )?Fatal error: +)?Uncaught |Unhandled [Ee]xception[.:] |"
    r"Exception in thread \"[^\"]{0,200}+\" )?"
    r"((?:[\w$]{1,100}+(?:[.\\]|::))*(?:[A-Z][\w$]{0,100})?(?:Error|Exception|Exit|Interrupt|Throwable))"
    r"(?::|$| \(| \[)"
)
_RUBY: Final = re.compile(r"\S{1,500}?\.rb:\d+:in [`'][^']{0,300}': .*\(([\w:]{1,200})\)$")
# The last line of a Python traceback: any class, for not all end in Error.
_RAISED: Final = re.compile(r"((?:\w{1,100}+\.)*[A-Za-z_]\w{0,100}+)(?:: |:?$)")
_PANIC: Final = re.compile(
    r"(?:panic|fatal error): |.{0,200}?\bpanic serving |thread '[^']*'[^:]{0,40}panicked at "
)
_GO_TAIL: Final = re.compile(
    r"\[signal |(?:created by )?[\w./*()\[\]·$-]{1,500}\([^)]{0,500}\)?$|created by |exit status \d"
    r"|runtime stack:|panic: |r?[a-z0-9]{2,6} +0x[0-9a-f]+$"
)
_RUST_TAIL: Final = re.compile(r"note: |called `")
_LAST_FRAME: Final = re.compile(
    r"\s*\.\.\. \d+ (?:more|common)|\s+at (?:java\.base/)?java\.lang\.Thread\.run\(|\s+at \S+[.$]main\("
    r"|\s+at node:internal/|#\d+ \{main\}|\s+from .*<main>'|Node\.js v\d"
)
# In a text: lines that only ever go on with the line before them, and what less is enough for there.
_GOES_ON: Final = re.compile(
    rf"\s+\S|{_CAUSES}|{_JOINTS}|{_TRACEBACK.pattern}"
    r"|#\d{1,4} |goroutine \d+ \[|\[signal SIG|created by |exit status \d"
    r"|[)}\]]{1,10}[,;]?\s*\Z|[│╵╰├└]"
)
_TEXT_FRAME: Final = re.compile(r"\s+at \S|\s+File \"|#\d{1,4} ")
_TEXT_EXCEPTION: Final = re.compile(r"(?:[\w$]+\.)*+[A-Z][\w$]*+(?:: |\Z)")
_TEXT_PANIC: Final = re.compile(r"(?:panic|fatal error): |goroutine \d+ \[")

_FRAME_BEGINS: Final = (" ", "\t", "#")
_MARKS: Final = (
    "Error", "xception", "Exit", "Interrupt", "Throwable", "Traceback", "panic", "fatal error", "goroutine ",
    "stack backtrace:", "Caused by: ", "Stack trace:", "--- End of ", ".rb:",
    "Node.js v", ":  ", " more", " common frames", "\n",
)  # fmt: skip


# Both are asked several times of a line, one after the other.
@lru_cache(maxsize=8)
def may_hold_trace(message: str) -> bool:
    """Tell in no time of most lines that they have nothing to do with a stack trace.

    Example:
        >>> may_hold_trace("order 17 paid"), may_hold_trace("ValueError: 17")
        (False, True)
    """
    return message[:1] in _FRAME_BEGINS or any(map(message.__contains__, _MARKS))


def name_trace(message: str) -> str:
    """Return how a stack trace goes on that a line begins, or an empty text.

    Example:
        >>> name_trace("panic: nil map"), name_trace("Traceback (most recent call last):")
        ('go', 'python')
        >>> name_trace("java.io.IOException: pipe broken"), name_trace("INFO ready")
        ('frames', '')
    """
    if _TRACEBACK.match(message):
        return "python"
    if _PANIC.match(message):
        return "rust" if message.startswith("thread") else "go"
    if message.startswith("goroutine ") and _FRAME.match(message):
        return "go"
    return "frames" if find_exception(message) or is_frame(message) else ""


def find_exception(message: str) -> str:
    """Return the class of the exception that a line begins with, or an empty text.

    Example:
        >>> find_exception("Caused by: java.net.ConnectException: refused")
        'java.net.ConnectException'
    """
    found = _EXCEPTION.match(message) or _RUBY.match(message)
    return found[1] if found else ""


@lru_cache(maxsize=8)
def is_frame(message: str) -> bool:
    """Tell whether a line is a frame of a stack trace.

    Example:
        >>> is_frame("    at pay (/app/pay.js:7:1)"), is_frame("  at least three nodes")
        (True, False)
    """
    return bool(_FRAME.match(message))


def is_link(message: str) -> bool:
    """Tell whether a line joins two parts of a stack trace, such as an exception and its cause."""
    return bool(_LINK.match(message))


def is_chain(message: str) -> bool:
    """Tell whether a line says that another Python traceback follows as part of the same."""
    return bool(_CHAIN.match(message))


def is_traceback(message: str) -> bool:
    """Tell whether a line begins a Python traceback, whose exception comes last."""
    return bool(_TRACEBACK.match(message))


def is_last_frame(message: str) -> bool:
    """Tell whether no frame of the same trace follows a line."""
    return bool(_LAST_FRAME.match(message))


def find_raised(message: str) -> str:
    """Return the exception with which a line ends a Python traceback, or an empty text."""
    found = _RAISED.match(message)
    return found[1] if found else ""


def ends_trace(message: str, trace: str, *, has_frames: bool, is_second: bool) -> bool:
    """Tell whether a line without a frame's form is still of a stack trace.

    Args:
        message: The line.
        trace: How the trace goes on, as `name_trace` says.
        has_frames: Whether a frame of it was seen.
        is_second: Whether it is the trace's second line, nothing between them.
    """
    if trace == "python":
        return has_frames and bool(_RAISED.match(message))
    if trace == "go":
        return bool(_GO_TAIL.match(message))
    # Of Rust's panic what went wrong stands in the second line.
    return trace == "rust" and (is_second or bool(_RUST_TAIL.match(message)))


def goes_on(line: str) -> bool:
    """Tell whether a line of a text can only go on with the line before it.

    Example:
        >>> [goes_on(line) for line in ("Caused by: a.b.IOException", "---> A.IOException", "ready")]
        [True, True, False]
    """
    return bool(_GOES_ON.match(line))


def is_text_frame(line: str) -> bool:
    """Tell whether a line of a text is a frame, as far as its neighbours leave a doubt."""
    return bool(_TEXT_FRAME.match(line))


def is_text_exception(line: str) -> bool:
    """Tell whether a line of a text may be an exception, if its neighbours are frames."""
    return bool(_TEXT_EXCEPTION.match(line))


def is_text_panic(line: str) -> bool:
    """Tell whether a line of a text begins a panic of Go, or one of its goroutines."""
    return bool(_TEXT_PANIC.match(line))
