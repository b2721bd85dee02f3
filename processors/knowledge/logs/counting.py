"""What a window keeps of its entries: how many of which kind, when, which are shown, which values."""

from typing import Final

from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.ranking import pick_worst, rank_severity
from processors.knowledge.logs.windows import Window

SAMPLES: Final = 4
"""How many different entries of a window are kept: the worst, of each status one, and else the newest."""


def count_entry(window: Window, severity: str, observed_at: str) -> None:
    """Count one entry more.

    Args:
        window: Changed in place.
        severity: How serious the entry is.
        observed_at: When its line was written, ISO 8601.
    """
    window["count"] += 1
    counts = window["severities"]
    if severity in counts:
        counts[severity] += 1
    else:
        counts[severity] = 1
        window["severity"] = pick_worst(*counts)
    window["begin"] = min(window["begin"], observed_at)
    window["end"] = max(window["end"], observed_at)


def add_entry(window: Window, line: LogLine, severity: str, text: str, values: list[str]) -> None:
    """Take the entry that a line begins into a window.

    Args:
        window: Changed in place.
        line: The line.
        severity: How serious the entry is.
        text: What of it is shown.
        values: What it may be looked for by.
    """
    count_entry(window, severity, line["observed_at"])
    kind = severity
    if line["http"]:
        kind = str(line["http"].status)
        window["statuses"][kind] = window["statuses"].get(kind, 0) + 1
    show_entry(window, text, kind)
    add_values(window, values)


def recount_entry(window: Window, before: str, now: str) -> None:
    """Count an entry under another severity, which its later lines told.

    Args:
        window: Changed in place.
        before: The severity under which it was counted.
        now: The one that it has.
    """
    counts = window["severities"]
    counts[before] -= 1
    counts[now] = counts.get(now, 0) + 1
    window["severities"] = {name: count for name, count in counts.items() if count}
    window["severity"] = pick_worst(*window["severities"])


def show_entry(window: Window, text: str, kind: str, before: str = "") -> None:
    """Put an entry among those that are shown, and leave out the oldest of the least serious for it.

    Args:
        window: Changed in place.
        text: The entry.
        kind: How serious it is, or with which status its request ended.
        before: The same entry without its last line, which it replaces.
    """
    samples = window["samples"]
    if before in samples and before != text:
        grown = ((text, kind) if shown[0] == before else shown for shown in samples.items())
        window["samples"] = dict(grown)
        return
    samples.pop(text, None)
    samples[text] = kind
    if len(samples) > SAMPLES:
        del samples[_choose_least(samples)]


def _choose_least(samples: dict[str, str]) -> str:
    """Return the oldest entry of the kind that is least serious, or of which there are most."""
    kinds = list(samples.values())
    if len(set(kinds)) == 1:
        return next(iter(samples))
    return min(samples, key=lambda text: (rank_severity(samples[text]), -kinds.count(samples[text])))


def add_values(window: Window, values: list[str]) -> None:
    """Count values that an entry holds."""
    held = window["values"]
    for value in values:
        held[value] = held.get(value, 0) + 1
