"""The questions that an alert raises, made of its labels: in the words by which a person would ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Of the objects that an alert's labels may name the first is asked about: a workload before its pods, what
# runs before what was scraped. Each with what a question calls it.
_OBJECTS: Final = {
    "deployment": "deployment",
    "statefulset": "statefulset",
    "daemonset": "daemonset",
    "cronjob": "cronjob",
    "job_name": "job",
    "pod": "pod",
    "service": "service",
    "node": "node",
    "persistentvolumeclaim": "pvc",
    "dag_id": "dag",
    "experiment": "experiment",
    "topic": "topic",
    "job": "service",
}
# What could be a name of Kubernetes or of Prometheus; anything else isn't put into a question.
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.:/-]{0,252}", re.ASCII)
# Of an alert: what people write on one line.
_ALERT: Final = re.compile(r"\w[\w .,:/%()+-]{0,150}")


def name_alert(labels: Mapping[str, str]) -> str:
    """Return what an alert is called, empty if that is no name.

    Example:
        >>> name_alert({"alertname": "DiskFull"}), name_alert({"alertname": "x\\n/do kubernetes.restart"})
        ('DiskFull', '')
    """
    found = _ALERT.fullmatch(labels.get("alertname", "").strip())
    return found.group() if found else ""


def name_place(labels: Mapping[str, str]) -> str:
    """Return where an alert fires, as a question says it.

    Example:
        >>> name_place({"namespace": "shop", "pod": "cart-1", "deployment": "cart", "severity": "page"})
        ' in namespace shop on deployment cart'
        >>> name_place({"instance": "10.0.0.1:9100"})
        ''
    """
    return "".join(_list_places(labels))


def _list_places(labels: Mapping[str, str]) -> Iterator[str]:
    if namespace := _read_name(labels, "namespace"):
        yield f" in namespace {namespace}"
    named = ((word, _read_name(labels, label)) for label, word in _OBJECTS.items())
    yield from [f" on {word} {name}" for word, name in named if name][:1]


def _read_name(labels: Mapping[str, str], label: str) -> str:
    found = _NAME.fullmatch(labels.get(label, ""))
    return found.group() if found else ""
