"""The part of kubectl's grammar that the catalogue has; every other option is refused by its name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from processors.knowledge.actions.commands.command import Command, make_command
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.resources import find_resource

# What a shell would do something with; kubectl itself needs none of them.
_SHELL: Final = re.compile(r"\$\(|\$\{|[;|&<>`\\]|\$[A-Za-z]")
# A sentence that begins with `kubectl` has words and no options: "kubectl describe returns nothing".
_PROSE: Final = re.compile(r"[^\W\d_]+[,.:!?]?")
_FENCED: Final = re.compile(r"\s*```[a-z]*\n(.*?)\n?```\s*", re.DOTALL)


class Verb(NamedTuple):
    """What stands behind `kubectl`, and which options it may have."""

    action: str
    options: Mapping[str, str]
    """Option to parameter."""
    flags: Mapping[str, str] = MappingProxyType({})
    """Option without a value to the parameter that it sets."""


_NAMESPACE: Final = {"-n": "namespace", "--namespace": "namespace"}
_SELECTOR: Final = {"-l": "selector", "--selector": "selector"}
_FILE: Final = {"-f": "file", "--filename": "file"}
_SORT: Final = {"--sort-by": "sort"}
_EVERYWHERE: Final = {"-A": "everywhere", "--all-namespaces": "everywhere"}
_VERBS: Final = {
    "get": Verb("kubernetes.get", _NAMESPACE | _SELECTOR, _EVERYWHERE),
    "describe": Verb("kubernetes.describe", _NAMESPACE),
    "logs": Verb(
        "kubernetes.logs",
        _NAMESPACE | {"-c": "container", "--container": "container", "--tail": "tail", "--since": "since"},
        {"-p": "previous", "--previous": "previous"},
    ),
    "top pods": Verb("kubernetes.top_pods", _NAMESPACE | _SORT, _EVERYWHERE | {"--containers": ""}),
    "top nodes": Verb("kubernetes.top_nodes", _SORT),
    "events": Verb("kubernetes.events", _NAMESPACE | {"--for": "object"}),
    "rollout status": Verb("kubernetes.rollout_status", _NAMESPACE),
    "rollout restart": Verb("kubernetes.rollout_restart", _NAMESPACE),
    "rollout undo": Verb("kubernetes.rollout_undo", _NAMESPACE | {"--to-revision": "revision"}),
    "scale": Verb("kubernetes.scale", _NAMESPACE | {"--replicas": "replicas"}),
    "set image": Verb("kubernetes.set_image", _NAMESPACE),
    "cordon": Verb("kubernetes.cordon", {}),
    "uncordon": Verb("kubernetes.uncordon", {}),
    "delete pod": Verb("kubernetes.delete_pod", _NAMESPACE),
    "apply": Verb("kubernetes.apply", _NAMESPACE | _FILE, {"--server-side": ""}),
}  # fmt: skip
_SAME: Final = {
    "top pod": "top pods",
    "top po": "top pods",
    "top node": "top nodes",
    "top no": "top nodes",
    "delete pods": "delete pod",
    "delete po": "delete pod",
}
_OTHERS: Final = frozenset(
    [
        "annotate",
        "attach",
        "autoscale",
        "cp",
        "create",
        "debug",
        "delete",
        "drain",
        "edit",
        "exec",
        "expose",
        "label",
        "patch",
        "proxy",
        "replace",
        "run",
        "taint",
    ]
)
"""Verbs of kubectl that the catalogue doesn't have; behind these, few words are a command and no sentence."""
_OBJECT: Final = frozenset(
    {"describe", "rollout status", "rollout restart", "rollout undo", "scale", "set image"}
)

_LOOSE: Final = frozenset({"logs", "top pods", "top nodes"})
"""Behind these any word may be a name, so a sentence is told by its words: "kubectl logs shows nothing"."""


def read_kubectl(text: str, *, sure: bool = False) -> Command | None:
    """Return the command that a line of kubectl is, None if it is a sentence that begins with `kubectl`.

    Args:
        text: From `kubectl` on; behind `kubectl apply -f -` the manifest follows.
        sure: Whether somebody said that it is a command, by `/do`.

    Raises:
        ActionRefusedError: It has an option, a word or a mark that isn't allowed; the message names it.

    Example:
        >>> read_kubectl("kubectl get po -n shop")
        Command(action='kubernetes.get', parameters={'namespace': 'shop', 'resource': 'pod'})
        >>> read_kubectl("kubectl get pods shows nothing, why?") is None
        True
    """
    line, _, rest = text.partition("\n")
    if line.rstrip().endswith("?") and not sure:
        return None
    if found := _SHELL.search(line):
        raise ActionRefusedError("refused_flag", flag=found[0])
    try:
        words = shlex.split(line)[1:]
    except ValueError:
        words = []
    verb, behind = _find_verb(words)
    is_prose = not sure and len(words) > 2 and all(_PROSE.fullmatch(word) for word in words)
    if verb is None:
        if is_prose and (len(words) > 4 or words[0] not in _OTHERS):
            return None
        raise ActionRefusedError("unknown_action", action=f"kubectl {' '.join(words[:2])}"[:100])
    given, places = _read_options(verb, behind)
    if verb == "apply":
        return _read_apply(given, places, rest)
    if is_prose and verb in _LOOSE:
        return None
    named = None if rest.strip() else _read_places(verb, places)
    try:
        if named is not None:
            return _finish(verb, given | named)
    except ActionRefusedError:
        if is_prose:
            return None
        raise
    if is_prose:
        return None
    raise ActionRefusedError("no_command", what=" ".join(text.split())[:200])


def _find_verb(words: list[str]) -> tuple[str | None, list[str]]:
    """Return the verb, and the words behind it; the namespace may stand before."""
    if words[:1] and words[0] in _NAMESPACE and len(words) > 2:
        words = words[2:] + words[:2]
    elif words[:1] and words[0].startswith("--namespace="):
        words = words[1:] + words[:1]
    for count in (2, 1):
        verb = " ".join(words[:count])
        verb = _SAME.get(verb, verb)
        if verb in _VERBS:
            return verb, words[count:]
    return None, words


def _read_options(called: str, words: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Return parameters from options of a verb, and the words that are none."""
    verb = _VERBS[called]
    given: dict[str, Any] = {}
    places: list[str] = []
    rest = iter(words)
    for word in rest:
        option, has_value, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            places.append(word)
        elif word in verb.flags:
            given[verb.flags[word]] = "true"
        elif option in verb.flags and value in ("true", "false"):
            given |= {verb.flags[option]: "true"} if value == "true" else {}
        elif option in verb.options:
            parameter = verb.options[option]
            if parameter in given:
                raise ActionRefusedError("refused_flag", flag=f"{option}, twice")
            given[parameter] = value if has_value else next(rest, "")
        else:
            known = ", ".join((*verb.options, *verb.flags)) or "none"
            raise ActionRefusedError("unknown_option", flag=option[:100], verb=called, known=known)
    given.pop("", None)
    return given, places


def _read_places(verb: str, places: list[str]) -> dict[str, Any] | None:
    """Return parameters from the words that are no options, None if there are too many or too few."""
    split = [part for word in places[:1] for part in word.split("/", 1)] + places[1:]
    if verb == "get":
        return dict(zip(("resource", "name"), split, strict=False)) if 1 <= len(split) <= 2 else None
    if verb == "set image":
        return _read_image(split)
    if verb in _OBJECT:
        return {"resource": split[0], "name": split[1]} if len(split) == 2 else None
    if verb == "logs":
        return _read_logged(places)
    if verb in ("top pods", "top nodes"):
        return dict(zip(("name",), places, strict=False)) if len(places) <= 1 else None
    if verb in ("cordon", "uncordon", "delete pod"):
        name = places[0].removeprefix("pod/").removeprefix("node/") if places else ""
        return {"name": name} if len(places) == 1 else None
    return None if places else {}


def _read_logged(places: list[str]) -> dict[str, Any] | None:
    """Return whose log is meant: a pod, or a workload before a slash, and behind it the container."""
    if not 1 <= len(places) <= 2:
        return None
    kind, slash, name = places[0].rpartition("/")
    named = {"resource": kind, "name": name} if slash else {"name": name}
    return named | dict(zip(("container",), places[1:], strict=False))


def _read_image(split: list[str]) -> dict[str, Any] | None:
    if len(split) != 3 or "=" not in split[2]:
        return None
    container, _, image = split[2].partition("=")
    return {"resource": split[0], "name": split[1], "container": container, "image": image}


def _finish(verb: str, given: dict[str, Any]) -> Command:
    action = _VERBS[verb].action
    everywhere = bool(given.pop("everywhere", ""))
    if verb == "get":
        resource = find_resource(str(given.get("resource", "")))
        everywhere = everywhere or bool(resource and not resource.namespaced)
    if everywhere:
        action = {"get": "kubernetes.get_cluster", "top pods": "kubernetes.top_cluster"}[verb]
        given.pop("namespace", None)
    if told := given.pop("object", ""):
        given["resource"], _, given["name"] = str(told).partition("/")
    return make_command(action, given)


def _read_apply(given: dict[str, Any], places: list[str], rest: str) -> Command:
    """Only a manifest that stands in the message itself is applied, never a file."""
    file = str(given.pop("file", ""))
    if file != "-" or places:
        raise ActionRefusedError("refused_file", file=" ".join([file, *places]).strip()[:200])
    fenced = _FENCED.fullmatch(rest)
    return make_command("kubernetes.apply", given | {"manifest": (fenced[1] if fenced else rest).strip("\n")})
