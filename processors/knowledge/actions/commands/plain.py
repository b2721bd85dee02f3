"""A sentence that asks for an action: it fits one of the phrases as a whole, or it is a question."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from processors.knowledge.actions.catalogue import find_action
from processors.knowledge.actions.commands.command import Command, make_command
from processors.knowledge.actions.commands.words import list_called, name_resource, write_duration
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.resources import find_resource

_FILE: Final = Path(__file__).with_name("phrases.yaml")
_LONGEST: Final = 300
_POLITE: Final = re.compile(
    r"(?:(?:please|pls|kindly|пожалуйста|плиз),? |(?:can|could|would|will) you (?:please )?)+|"
    r",? (?:please|pls|now|right now|пожалуйста|сейчас)(?=[.!]?$)",
    re.IGNORECASE,
)
_NAMESPACE: Final = (
    r"(?: (?:in|of|from|for|в|во|из|для)(?: the)?"
    r"(?: (?:namespace|ns|неймспейсе|неймспейса|пространстве имён|пространстве имен))?"
    r" (?P<namespace>\S+?)(?: namespace)?)"
)
_EVERYWHERE: Final = (
    r"(?:(?: (?:in|of|from|across|в|во|из|по)(?: the)?)?"
    r" (?:all(?: the)? namespaces|every namespace|(?:whole |entire )?cluster|everywhere"
    r"|всех (?:неймспейсах|неймспейсов|пространствах имён|пространствах имен)|всём кластере|кластере|кластера"
    r"|везде))"
)
_SLOTS: Final = {
    "in": f"{_NAMESPACE}?",
    "where": _NAMESPACE,
    "everywhere": f"{_EVERYWHERE}?",
    "kinds": f"(?P<resource>{list_called()})",
    "kind": f"(?P<resource>{list_called()})",
    "workload": f"(?P<resource>{list_called(workloads=True)})",
    "since": r"(?: (?:since|for the last|from the last|за|за последние|за последний) (?P<since>.+?))?",
    "revision": r"(?: (?:to|до|на)(?: revision| ревизии| ревизию)? (?P<revision>\d+))?",
    "duration": r"(?P<duration>[\w ]+?)",
    "node": r"(?P<name>\S+)",
    "alert": r"(?P<alertname>\S+)",
}
_NO_NAMES: Final = frozenset(_FILE.with_name("no_names.txt").read_text(encoding="utf-8").split())
"""No name of an object is one of these: somebody speaks of objects in general, or of a state."""


class Phrase(NamedTuple):
    """A way to ask for an action."""

    action: str
    pattern: re.Pattern[str]
    needs_do: bool


def read_plain(text: str, *, sure: bool = False) -> Command | None:
    """Return the command that a sentence is, None if it fits no phrase or its words are no good values.

    Args:
        text: One message.
        sure: Whether somebody said that it is a command, by `/do`.

    Example:
        >>> read_plain("покажи поды в checkout")
        Command(action='kubernetes.get', parameters={'namespace': 'checkout', 'resource': 'pod'})
        >>> read_plain("show the pods in CrashLoopBackOff") is None
        True
    """
    if "\n" in text.strip():
        return _read_manifest(text)
    said = " ".join(text.split())
    if len(said) > _LONGEST or (said.endswith("?") and not _POLITE.match(said)):
        return None
    told = _POLITE.sub("", said.rstrip("?")).rstrip(".! ")
    for phrase in _load_phrases():
        if phrase.needs_do and not sure:
            continue
        if found := phrase.pattern.fullmatch(told):
            command = _make(phrase.action, found.groupdict())
            if command is not None:
                return command
    return None


def _make(action: str, found: dict[str, str | None]) -> Command | None:
    given: dict[str, Any] = {name: value for name, value in found.items() if value}
    if {str(given.get(slot, "")).lower() for slot in ("name", "namespace", "alertname")} & _NO_NAMES:
        return None
    wanted = {parameter.name: parameter for parameter in find_action(action).parameters}
    if "resource" in wanted and (wanted["resource"].required or "resource" in given):
        given["resource"] = name_resource(given.get("resource", "deployment"))
        resource = find_resource(given["resource"])
        if action == "kubernetes.get" and resource and not resource.namespaced and "namespace" not in given:
            action = "kubernetes.get_cluster"
        if action == "kubernetes.get" and "namespace" not in given and resource and resource.name == "event":
            return None
    for slot in ("duration", "since"):
        if slot in given:
            given[slot] = write_duration(given[slot])
    try:
        return make_command(action, given)
    except ActionRefusedError:
        return None


def _read_manifest(text: str) -> Command | None:
    found = _APPLY.fullmatch(text.strip())
    if found is None:
        return None
    place = {"namespace": found["namespace"]} if found["namespace"] else {}
    try:
        return make_command("kubernetes.apply", place | {"manifest": found["manifest"]})
    except ActionRefusedError:
        return None


@lru_cache(maxsize=1)
def _load_phrases() -> tuple[Phrase, ...]:
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Phrase(entry["action"], _compile(pattern), needs_do)
        for needs_do, field in ((False, "phrases"), (True, "sure"))
        for entry in entries
        for pattern in entry.get(field, ())
    )


def _compile(pattern: str) -> re.Pattern[str]:
    """Return a phrase's pattern with its slots filled; a slot without a pattern of its own is a word."""
    filled = re.sub(r"\{([a-z]+)\}", lambda slot: _SLOTS.get(slot[1], rf"(?P<{slot[1]}>\S+?)"), pattern)
    return re.compile(filled, re.IGNORECASE)


_APPLY: Final = re.compile(
    r"(?:(?:please|пожалуйста),? )?(?:apply|примени|применить)(?: this| the| этот)?(?: manifest| манифест)?"
    rf"{_NAMESPACE}??:?\s*```[a-z]*\n(?P<manifest>.*?)\n?```",
    re.DOTALL | re.IGNORECASE,
)
