"""A window of log lines in words."""

from typing import Final

from processors.knowledge.chunk_factory import Description
from processors.knowledge.logs.access import name_status
from processors.knowledge.logs.headlines import choose_headline, says_nothing
from processors.knowledge.logs.masks import mask_variables
from processors.knowledge.logs.windows import Window

_SHOWN_VALUES: Final = 5
_CLASSES: Final = {"5xx": "server error", "4xx": "client error", "3xx": "redirect", "2xx": "success"}
_WOVEN: Final = ", stack traces woven into each other (a frame may belong to any of them)"


def describe_pattern(window: Window) -> Description:
    """Return what is told of a window; the place of its first line in Kafka and its hour name it."""
    headline, stated = _describe_headline(window)
    title = f"{window['service']}: {headline}"[:160]
    gist = f"{window['severity']} {window['service']} {window['namespace']}: {stated}"
    place = (window["topic"], window["partition"])
    kind = (window["service"], window["cluster"], window["namespace"], window["pattern"], window["route"])
    start, end = window["offsets"][0][0], window["offsets"][-1][1]
    cite = {"type": "log", "topic": place[0], "partition": place[1], "start_offset": start, "end_offset": end}
    return Description(
        kind="log_pattern",
        identity=("log_pattern", *place, *window["start"], window["begin"][:13]),
        document=("log_pattern", *place, *kind),
        source=window["topic"],
        title=title,
        text="\n".join((*_describe(window), *window["samples"])),
        gist=gist,
        began_at=window["begin"],
        observed_at=window["end"],
        cluster=window["cluster"],
        namespace=window["namespace"],
        service=window["service"],
        severity=window["severity"],
        labels={
            "template": window["template"],
            "count": str(window["count"]),
            "new": str(window["is_new"]).lower(),
        },
        values=list(window["values"]),
        cite={**cite, "file": window["file"]},
    )


def _describe_headline(window: Window) -> tuple[str, str]:
    """Return what a window is about, for its title, and without what changes by count, for its vector."""
    if not window["route"]:
        told = _describe_later_lines(window) or window["template"]
        return told, told
    route, _, group = window["route"].rpartition(" ")
    of_group = f"HTTP {group} {_CLASSES.get(group, '')}".rstrip()
    return f"{route} → {', '.join(sorted(window['statuses']))}", f"{route} → {of_group}"


def _describe_later_lines(window: Window) -> str:
    """Return what entries say whose first line says nothing; the rest came after their pattern was chosen.

    It is the exception of a bare Python traceback, or the message of .NET's console.
    """
    if not says_nothing(window["template"]):
        return ""
    told = (choose_headline(sample) for sample in window["samples"])
    return "; ".join(dict.fromkeys(mask_variables(line) for line in told if not says_nothing(line)))


def _describe(window: Window) -> list[str]:
    begin, end = window["begin"][:19], window["end"][:19]
    span = f"at {end} UTC" if begin == end else f"between {begin} and {end} UTC"
    woven = _WOVEN if window["is_woven"] else ""
    told = [f"{_describe_count(window)}{woven}, {span}:" if woven else f"{_describe_count(window)} {span}:"]
    if window["is_new"]:
        told.append(f"New: no line like this was seen before {begin} UTC.")
    if len(window["values"]) > 1 and window["count"] > 1:
        shown = ", ".join(list(window["values"])[-_SHOWN_VALUES:])
        told.append(f"It varies in {len(window['values'])} values, last {shown}.")
    return told


def _describe_count(window: Window) -> str:
    names = [window["service"], window["namespace"] and f"in {window['namespace']}"]
    names.append(window["cluster"] and f"of cluster {window['cluster']}")
    of = " ".join(filter(None, names))
    if window["route"]:
        return _describe_requests(window, of)
    severity, counts = window["severity"], window["severities"]
    lines = "1 log line" if counts[severity] == 1 else f"{counts[severity]} log lines"
    others = [f"{count} ({name})" for name, count in counts.items() if name != severity]
    return f"{lines} of {of} ({severity})" + (f", and {' and '.join(others)}" if others else "")


def _describe_requests(window: Window, of: str) -> str:
    route, _, group = window["route"].rpartition(" ")
    count = "1 request" if window["count"] == 1 else f"{window['count']} requests"
    kind = f"HTTP {group} {_CLASSES.get(group, '')}".rstrip() + ("s" if group in ("4xx", "5xx") else "")
    told = [
        f"{times} × {status} {name_status(int(status))}".rstrip()
        for status, times in sorted(window["statuses"].items())
    ]
    ended = "failed" if group == "5xx" else "ended"
    return f"{count} of {of} {ended} with {kind} ({window['severity']}): {' and '.join(told)} of {route},"
