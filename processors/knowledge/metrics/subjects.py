"""What a series is called: what is measured, of what and where."""

from typing import Final

# What a series is of, most telling first, and where that is, most telling first.
_OF: Final = ("pod", "container", "service", "job", "name")
_ON: Final = ("Hostname", "node", "nodename", "instance", "cluster")


def name_subject(title: str, labels: dict[str, str]) -> str:
    """Return what is measured, of what and where, with the labels that tell it from its like.

    Example:
        >>> name_subject("GPU memory used", {"Hostname": "trainer-0", "gpu": "0", "job": "dcgm"})
        'GPU memory used on trainer-0 (gpu 0)'
        >>> name_subject("Memory used", {"job": "redis", "instance": "10.0.0.1:6379"})
        'Memory used of redis on 10.0.0.1:6379'
    """
    of = next((name for name in _OF if labels.get(name)), "")
    on = next((name for name in _ON if labels.get(name)), "")
    # An exporter tells of others: its own job and address are no news beside theirs.
    exporter = {"job", "instance"} if of == "pod" or on == "Hostname" else set()
    of = "" if of in exporter else of
    told = {of, on, "__name__", *exporter}
    rest = ", ".join(f"{name} {value}" for name, value in sorted(labels.items()) if name not in told)
    subject = title + (f" of {labels[of]}" if of else "") + (f" on {labels[on]}" if on else "")
    return f"{subject} ({rest})" if rest else subject
