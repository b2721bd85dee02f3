"""What a line without a level reports: a crash, an exception, a unit that failed."""

import re
from typing import Final

NOTHING: Final = r"(?:0(?![\w.])|(?i:none|null|nil|false|no)[\"']?\s*(?:[,;)\]}|]|$))"
"""What stands for nothing behind a name: of `errors: 0` or `Error: none` nobody would say that it is one."""

_AT: Final = r"(?:^[^\w\n]{0,4}|[:\])>|│] {1,2}| {2,8})"
_SAYS: Final = rf": (?!{NOTHING}|\s*\Z)"
# Names of exceptions, with or without their package, before what they say or alone on a line.
_TYPE: Final = r"(?:[\w$]+\.)*+[A-Z][\w$]*(?:Exception|Error|Exit|Interrupt)"

_CRASHES: Final = (
    rf"{_AT}(?:panic|[Ff]atal(?: error)?): \S",
    r"\bthread '[^'\n]{0,80}' (?:\(\d+\) )?panicked at",
    r"\bKernel panic\b",
    r"\bPHP Fatal error:",
    r"\bA fatal error has been detected by ",
)
_ERRORS: Final = (
    # Traces of Python, Java, .NET and Node; a lone frame is a part of what was cut.
    r"^[ |+]*+Traceback \(most recent call last\)",
    r"(?<=\n)\s{1,8}at \S[^\n]{0,200}[(:]",
    r"(?<=\n)\s{1,8}File \"[^\"\n]{1,300}\", line \d",
    rf"(?<![\w./$-]){_TYPE}(?: \[\w+\])?{_SAYS}",
    rf"^{_TYPE}\s*$",
    r"\((?:\w+::)*+\w*(?:Error|Exception)\)$",
    r"\bException in thread \"|\bUn(?:handled|caught) [Ee]xception\b|UnhandledPromiseRejection",
    r"\bpanic serving ",
    # What the kernel and systemd say of a process.
    r"\bOut of memory: Kill|\boom-kill:|\binvoked oom-killer|\bsegfault at |\bSegmentation fault",
    r"\bcore dumped|\bterminate called after throwing|\bblocked for more than \d+ seconds",
    r"\bI/O error\b|\bEXT4-fs error|\bFailed to start |\bentered failed state|: Failed with result '",
    r": Main process exited, code=(?:killed|dumped|exited, status=(?!0/))",
    rf"{_AT}[Ee]rror(?:\[E\d+\])?{_SAYS}",
    r"^(?:An )?[Ee]rror (?:occurred|while|when|during|in|on|from)\b",
    rf"{_AT}[Ee]rror (?!handling|logging|reporting|tracking)[a-z]{{2,20}}ing\b|^error [A-Z]",
    r"\bnpm ERR!|\bPHP Parse error:",
    r"^g?make(?:\[\d{1,5}\])?: \*\*\* |^ninja: (?:error|build stopped): ",
    # Numbers of Oracle's and of IBM's messages.
    r"(?<![\w-])(?:ORA|TNS|RMAN|PLS)-(?!00000)\d{5}: |(?<![\w-])[A-Z]{3,5}\d{4,5}E: ",
)
_WARNINGS: Final = (
    rf"^\(node:\d+\) \w*Warning: |{_AT}\w*Warning: |{_AT}warning{_SAYS}",
    r"\bPHP (?:Warning|Deprecated):",
    r"(?<![\w-])[A-Z]{3,5}\d{4,5}W: ",
)
# Each form holds one of these; most lines hold none, and are told by this alone.
_MARKS: Final = (
    "rror", "xception", "arning", "ailed ", "panic", "atal", "ERR!", "Traceback", "\n", "Exit", "Interrupt",
    "Unhandled", "Out of memory", "oom-kill", "segfault", "Segmentation", "core dumped", "terminate called",
    "blocked for more", "Main process", "Deprecated", "make", "ninja: ",
    "ORA-", "TNS-", "RMAN-", "PLS-", "E: ", "W: ",
)  # fmt: skip
_REPORTS: Final = tuple(
    (severity, re.compile("|".join(forms), re.MULTILINE))
    for severity, forms in (("critical", _CRASHES), ("error", _ERRORS), ("warning", _WARNINGS))
)


def find_report(text: str) -> str:
    r"""Return the severity of what a text reports without naming a level, or nothing.

    Args:
        text: A line with the trace that belongs to it, cut to a readable length.

    Example:
        >>> find_report("panic: assignment to entry in nil map"), find_report("ErrorHandler is registered")
        ('critical', '')
        >>> find_report("java.lang.IllegalStateException: no stock")
        'error'
    """
    if not any(map(text.__contains__, _MARKS)):
        return ""
    return next((severity for severity, pattern in _REPORTS if pattern.search(text)), "")
