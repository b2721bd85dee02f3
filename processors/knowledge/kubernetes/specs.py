"""What a pod was asked to be, in words: what a container may use, how it is probed, what it refers to."""

from collections.abc import Iterable
from typing import Final

from processors.knowledge.fields import Object, take_count, take_object, take_objects, take_text

_PROBES: Final = {"startupProbe": "startup", "readinessProbe": "readiness", "livenessProbe": "liveness"}


def say_resources(spec: Object) -> list[str]:
    """Return what a container asks for and may use at most.

    Example:
        >>> say_resources({"resources": {"limits": {"memory": "128Mi", "cpu": 1}}})
        ['limits cpu 1, memory 128Mi']
    """
    asked = {name: take_object(spec, "resources", name) for name in ("requests", "limits")}
    return [
        f"{name} {', '.join(f'{what} {take_text(amounts, what)}' for what in sorted(amounts))}"
        for name, amounts in asked.items()
        if amounts
    ]


def say_probes(spec: Object) -> list[str]:
    """Return how a container is probed; of a command or a header, which may hold secrets, nothing is told.

    Example:
        >>> say_probes({"readinessProbe": {"httpGet": {"path": "/ready", "port": 80}, "periodSeconds": 5}})
        ['readiness probe GET /ready on port 80 every 5 s']
    """
    return [
        f"{called} probe {_say_check(probe)}{_say_pace(probe)}"
        for name, called in _PROBES.items()
        if (probe := take_object(spec, name))
    ]


def _say_check(probe: Object) -> str:
    if get := take_object(probe, "httpGet"):
        path = take_text(get, "path").partition("?")[0] or "/"
        return f"GET {path} on port {take_text(get, 'port')}"
    for name, called in (("tcpSocket", "TCP"), ("grpc", "gRPC")):
        if check := take_object(probe, name):
            return f"{called} on port {take_text(check, 'port')}"
    return "by a command"


def _say_pace(probe: Object) -> str:
    paces = (
        ("initialDelaySeconds", "after {} s"), ("periodSeconds", "every {} s"),
        ("timeoutSeconds", "timeout {} s"), ("failureThreshold", "fails after {} times"),
    )  # fmt: skip
    told = [said.format(count) for name, said in paces if (count := take_count(probe, name))]
    return f" {', '.join(told)}" if told else ""


def say_environment(spec: Object) -> list[str]:
    """Return from where a container has its environment: names, never values.

    Example:
        >>> key = {"secretKeyRef": {"name": "db", "key": "password"}}
        >>> say_environment({"env": [{"name": "DB_PASSWORD", "valueFrom": key}, {"name": "A", "value": "x"}]})
        ['environment DB_PASSWORD from key password of Secret db']
    """
    told = [
        f"{take_text(variable, 'name')} from key {take_text(key, 'key')} of {kind} {take_text(key, 'name')}"
        for variable in take_objects(spec, "env")
        for kind, key in read_references(take_object(variable, "valueFrom"), "KeyRef")
    ]
    told += [
        f"all of {kind} {take_text(source, 'name')}"
        for whole in take_objects(spec, "envFrom")
        for kind, source in read_references(whole, "Ref")
    ]
    return [f"environment {', '.join(told)}"] if told else []


def read_references(whole: Object, suffix: str) -> Iterable[tuple[str, Object]]:
    """Yield kind and reference of what a container takes its environment from.

    Args:
        whole: Where the references stand.
        suffix: `Ref` of all keys of an object, `KeyRef` of one.
    """
    for kind in ("ConfigMap", "Secret"):
        if reference := take_object(whole, f"{kind[0].lower()}{kind[1:]}{suffix}"):
            yield kind, reference


def list_references(pod_spec: Object) -> list[str]:
    """Return what a pod's containers and volumes refer to, as kind and name.

    Example:
        >>> volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
        >>> containers = [{"name": "app", "envFrom": [{"secretRef": {"name": "db"}}]}]
        >>> list_references({"volumes": volumes, "containers": containers})
        ['PersistentVolumeClaim/data', 'Secret/db']
    """
    containers = [
        *take_objects(pod_spec, "initContainers"),
        *take_objects(pod_spec, "containers"),
    ]
    sources = [
        (take_object(variable, "valueFrom"), "KeyRef")
        for spec in containers
        for variable in take_objects(spec, "env")
    ]
    sources += [(whole, "Ref") for spec in containers for whole in take_objects(spec, "envFrom")]
    found = {
        f"{kind}/{take_text(reference, 'name')}"
        for whole, suffix in sources
        for kind, reference in read_references(whole, suffix)
    }
    for volume in take_objects(pod_spec, "volumes"):
        parts = [volume, *take_objects(volume, "projected", "sources")]
        named = [
            ("PersistentVolumeClaim", take_text(volume, "persistentVolumeClaim", "claimName")),
            *(("ConfigMap", take_text(part, "configMap", "name")) for part in parts),
            *(("Secret", take_text(part, "secret", "secretName")) for part in parts),
            *(("Secret", take_text(part, "secret", "name")) for part in parts),
        ]
        found |= {f"{kind}/{name}" for kind, name in named if name}
    return sorted(found)


def say_images(pod_spec: Object) -> list[str]:
    """Return a sentence with the images of a pod's containers, if it has any.

    Example:
        >>> say_images({"containers": [{"name": "app", "image": "shop/checkout:1.4.2"}]})
        ['Images: app shop/checkout:1.4.2.']
    """
    containers = [*take_objects(pod_spec, "initContainers"), *take_objects(pod_spec, "containers")]
    images = [f"{take_text(spec, 'name')} {take_text(spec, 'image') or 'unknown'}" for spec in containers]
    return [f"Images: {', '.join(images)}."] if images else []


def describe_template(pod_spec: Object) -> list[str]:
    """Return sentences about the pods that a workload makes: images, resources, probes, environment."""
    facts = [
        (take_text(spec, "name"), [*say_resources(spec), *say_probes(spec), *say_environment(spec)])
        for spec in [*take_objects(pod_spec, "initContainers"), *take_objects(pod_spec, "containers")]
    ]
    references = list_references(pod_spec)
    return [
        *say_images(pod_spec),
        *(f"Container {name}: {'; '.join(told)}." for name, told in facts if told),
        *([f"It uses {', '.join(references)}."] if references else []),
    ]
