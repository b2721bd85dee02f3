"""A manifest out of a chat: one object of a namespace, without what gives a pod power over its node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.resources import find_resource
from processors.knowledge.actions.values import read_value

if TYPE_CHECKING:
    from processors.knowledge.actions.policy import Manifests

_PRIVILEGED: Final = frozenset({"privileged", "allowPrivilegeEscalation", "hostProcess"})
_ACCOUNTS: Final = frozenset({"serviceAccountName", "serviceAccount"})
_HOST_NETWORK: Final = frozenset({"hostNetwork", "hostPID", "hostIPC", "hostPort"})
_WITH_PODS: Final = frozenset(
    {"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"}
)
_DEEPEST: Final = 40


def check_manifest(rules: Manifests, text: str, namespace: str) -> dict[str, Any]:
    """Return the one object of a manifest, which is what is to be applied, and not the text.

    Args:
        rules: Of the policy.
        text: YAML or JSON.
        namespace: In which it is applied.

    Raises:
        ActionRefusedError: It holds something else than one object with a name in that namespace, or
            something that the policy forbids; the message says what.
    """
    body = _parse(text)
    kind, metadata = body.get("kind"), body.get("metadata")
    resource = find_resource(kind) if isinstance(kind, str) else None
    if resource is None or resource.kind != kind or kind not in rules.kinds:
        _forbid(f"objects of the kind {kind}")
    elif not resource.namespaced:
        _forbid(f"{kind}, which is of the whole cluster")
    else:
        version = f"{resource.group}/{resource.version}" if resource.group else resource.version
        if body.get("apiVersion") != version:
            _forbid(f"apiVersion {body.get('apiVersion')}; {kind} has {version}")
    if not isinstance(metadata, dict) or read_value("name", metadata.get("name")) is None:
        _forbid("an object without a name")
    elif metadata.get("namespace", namespace) != namespace:
        _forbid(f"the namespace {metadata['namespace']}; the action's is {namespace}")
    if kind in _WITH_PODS:
        _check_pods(rules, body)
    return body


def check_image(rules: Manifests, image: str) -> None:
    """Accept an image that the policy allows.

    Raises:
        ActionRefusedError: It doesn't.
    """
    if not _matches(image, rules.images):
        _forbid(f"the image {image}")


def _parse(text: str) -> dict[str, Any]:
    try:
        _refuse_endless(yaml.parse(text, Loader=yaml.SafeLoader))
        found = [each for each in yaml.safe_load_all(text) if each is not None]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ActionRefusedError("manifest_forbidden", what="text that is no YAML") from error
    if len(found) != 1 or not isinstance(found[0], dict):
        _forbid("anything but one object")
    return dict(found[0])


def _refuse_endless(events: Iterable[yaml.Event]) -> None:
    """Refuse what is small as text and has no end when it is read or walked.

    An alias may stand for a list of aliases, and a list within ten thousand others takes minutes to be read.
    """
    depth = 0
    for event in events:
        if isinstance(event, AliasEvent):
            _forbid("YAML aliases")
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            _forbid("an object that is nested so deeply")


def _check_pods(rules: Manifests, body: dict[str, Any]) -> None:
    """Look at every field, wherever it stands: a place that nobody thought of would be a way round."""
    for name, value in _walk(body):
        if name in _PRIVILEGED and value not in (False, None) and not rules.privileged:
            _forbid(name)
        elif name == "procMount" and value not in ("Default", None) and not rules.privileged:
            _forbid("procMount")
        elif name == "hostPath" and value is not None and not rules.host_paths:
            _forbid("hostPath")
        elif name in _HOST_NETWORK and value not in (False, None) and not rules.host_network:
            _forbid(name)
        elif name == "capabilities" and value is not None:
            _check_capabilities(rules, value)
        elif name in _ACCOUNTS and not _matches(str(value), rules.service_accounts):
            _forbid(f"the service account {value}")
        elif name == "image" and isinstance(value, str):
            check_image(rules, value)


def _check_capabilities(rules: Manifests, value: Any) -> None:
    added = value.get("add") if isinstance(value, dict) else [value]
    for capability in added if isinstance(added, list) else [added]:
        if capability is not None and capability not in rules.capabilities:
            _forbid(f"the capability {capability}")


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield str(name), each
            yield from _walk(each)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each)


def _matches(value: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _forbid(what: str) -> None:
    raise ActionRefusedError("manifest_forbidden", what=what)
