"""Faults of pods: images, commands, configuration, memory and probes."""

from dataclasses import replace
from typing import Final

from evaluation.benchmarks.diagnosis.cluster import (
    Ending,
    Object,
    delete,
    edit,
    list_containers,
    put,
    walk,
)
from evaluation.benchmarks.diagnosis.fault import (
    Expected,
    change_container,
    change_pods,
    expect,
    get_object,
    restart,
)
from evaluation.benchmarks.diagnosis.quantities import write_quantity
from evaluation.benchmarks.diagnosis.scheduler import sum_requests
from evaluation.benchmarks.diagnosis.town import DATABASE, Town


def wrong_image_tag(town: Town) -> Expected:
    """Deploy a tag that nobody pushed."""
    change_container(town, town.middle, lambda one: one.update(image=f"{one['image']}-rc1"))
    return expect(town, f"Deployment/{town.middle}", "image", "pull|not found")


def pull_secret_missing(town: Town) -> Expected:
    """Move to a private registry without its secret."""
    image = f"private.example/team/{town.back}:2.0.1"
    town.cluster.images.add(image)
    town.cluster.private.add(image.rpartition(":")[0])
    change_pods(
        town,
        town.back,
        imagePullSecrets=[{"name": "regcred"}],
        containers=[
            {**list_containers(get_object(town, "Deployment", town.back))[0], "image": image},
        ],
    )
    also = ("Secret/regcred",)
    return expect(town, f"Deployment/{town.back}", "pull", "secret|denied|authoriz|credential", also=also)


def wrong_command(town: Town) -> Expected:
    """Mistype the program."""
    change_container(town, town.spare, lambda one: one.update(command=["/usr/bin/serve-appp"]))
    return expect(town, f"Deployment/{town.spare}", "command|executable|start|exec")


def missing_config_map(town: Town) -> Expected:
    """Delete a ConfigMap that is in use, and restart."""
    name = f"{town.middle}-config"
    delete(town.cluster, "ConfigMap", town.namespace, name)
    restart(town, town.middle)
    return expect(town, f"Deployment/{town.middle}", name, also=(f"ConfigMap/{name}",))


def missing_secret(town: Town) -> Expected:
    """Refer to a Secret that was never made."""

    def change(container: Object) -> None:
        container["env"][1]["valueFrom"]["secretKeyRef"]["name"] = "api-credentials"

    change_container(town, town.front, change)
    also = ("Secret/api-credentials",)
    return expect(town, f"Deployment/{town.front}", "api-credentials", also=also)


def missing_key(town: Town) -> Expected:
    """Rename a key of a ConfigMap, and restart."""
    name = f"{town.back}-config"

    def change(config: Object) -> None:
        config["data"]["AREA"] = config["data"].pop("REGION")

    edit(town.cluster, "ConfigMap", town.namespace, name, change)
    restart(town, town.back)
    return expect(town, f"Deployment/{town.back}", "REGION", "key", also=(f"ConfigMap/{name}",))


def missing_volume_secret(town: Town) -> Expected:
    """Mount a Secret that isn't there."""
    volumes = [{"name": "tls", "secret": {"secretName": "server-cert"}}]
    change_pods(town, town.spare, volumes=volumes)
    return expect(town, f"Deployment/{town.spare}", "server-cert", also=("Secret/server-cert",))


def oom_by_limit(town: Town) -> Expected:
    """Limit memory to less than the program takes."""
    resources = {"requests": {"cpu": "100m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "48Mi"}}
    change_container(town, town.middle, lambda one: one.update(resources=resources))
    return expect(town, f"Deployment/{town.middle}", "memory|OOM")


def liveness_wrong_port(town: Town) -> Expected:
    """Let the liveness probe ask a port on which nobody listens."""

    def change(container: Object) -> None:
        probe = container["livenessProbe"]
        container["livenessProbe"] = {**probe, "httpGet": {**probe["httpGet"], "port": 8081}}

    change_container(town, town.back, change)
    return expect(town, f"Deployment/{town.back}", "liveness", "port|refused")


def readiness_wrong_path(town: Town) -> Expected:
    """Let the readiness probe ask a path that there isn't."""

    def change(container: Object) -> None:
        probe = container["readinessProbe"]
        container["readinessProbe"] = {**probe, "httpGet": {**probe["httpGet"], "path": "/is-ready"}}

    change_container(town, town.middle, change)
    return expect(town, f"Deployment/{town.middle}", "readiness", "404|path")


def startup_too_short(town: Town) -> Expected:
    """Give a slow program ten seconds to start."""
    key = town.namespace, town.front
    town.cluster.apps[key] = replace(town.cluster.apps[key], starts_s=45)
    probe = {
        "httpGet": {"path": town.cluster.apps[key].path, "port": "http"},
        "periodSeconds": 5,
        "failureThreshold": 2,
    }
    change_container(town, town.front, lambda one: one.update(startupProbe=probe))
    return expect(town, f"Deployment/{town.front}", "startup")


def init_container_failing(town: Town) -> Expected:
    """Add an init container that fails."""
    key = town.namespace, town.middle
    lines = ('migration 0042_add_index failed: relation "entries" does not exist',)
    town.cluster.apps[key] = replace(town.cluster.apps[key], init_ends=Ending(1, lines))
    image = list_containers(get_object(town, "Deployment", town.middle))[0]["image"]
    resources = {"requests": {"cpu": "50m", "memory": "64Mi"}}
    change_pods(
        town, town.middle, initContainers=[{"name": "migrate", "image": image, "resources": resources}]
    )
    return expect(town, f"Deployment/{town.middle}", "migrate|init|migration|relation")


def config_changed_crash(town: Town) -> Expected:
    """Change a ConfigMap so that the program doesn't start any more."""
    name, key = f"{town.spare}-config", (town.namespace, town.spare)
    edit(town.cluster, "ConfigMap", town.namespace, name, lambda one: one["data"].update(LOG_LEVEL="verbos"))
    lines = ('fatal: invalid value "verbos" for LOG_LEVEL: must be one of debug, info, warn, error',)
    town.cluster.apps[key] = replace(town.cluster.apps[key], ends=Ending(2, lines))
    restart(town, town.spare)
    return expect(town, f"Deployment/{town.spare}", "LOG_LEVEL|config", also=(f"ConfigMap/{name}",))


def failed_rollout(town: Town) -> Expected:
    """Roll out a version that ends at once."""
    key = town.namespace, town.back
    image = f"registry.example/{town.namespace}/{town.back}:2.0.0"
    town.cluster.images.add(image)
    lines = (
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "goroutine 1 [running]:",
    )
    town.cluster.apps[key] = replace(town.cluster.apps[key], ends=Ending(2, lines))
    change_container(town, town.back, lambda one: one.update(image=image))
    return expect(town, f"Deployment/{town.back}", "panic|2.0.0|crash|nil pointer|exit")


def missing_service_account(town: Town) -> Expected:
    """Run pods as an account that there isn't."""
    change_pods(town, town.spare, serviceAccountName="robot")
    return expect(town, f"Deployment/{town.spare}", "robot", also=("ServiceAccount/robot",))


def wrong_credentials(town: Town) -> Expected:
    """Change the password that a service has for its database."""
    key, name = (town.namespace, town.middle), f"{town.middle}-keys"
    edit(town.cluster, "Secret", town.namespace, name, lambda one: one["data"].update(API_KEY="b2xk"))
    lines = (
        f"failed to connect to {DATABASE}:5432: FATAL: password authentication failed for user "
        f'"{town.middle}" (SQLSTATE 28P01)',
    )
    town.cluster.apps[key] = replace(town.cluster.apps[key], ends=Ending(1, lines))
    restart(town, town.middle)
    return expect(
        town, f"Deployment/{town.middle}", "password|credential|authenticat", also=(f"Secret/{name}",)
    )


def priority_preemption(town: Town) -> Expected:
    """Let pods of a higher priority take the processors of others, where there are no more."""
    cluster, namespace, image = town.cluster, town.namespace, "registry.example/tools/crunch:3.1"
    for node in walk(cluster, "Node"):
        node["status"]["allocatable"]["cpu"] = write_quantity("cpu", sum_requests(cluster, node))
    put(cluster, "PriorityClass", "urgent", value=100_000)
    cluster.images.add(image)
    resources = {"requests": {"cpu": "500m", "memory": "128Mi"}}
    labels = {"app": "crunch"}
    spec = {
        "containers": [{"name": "crunch", "image": image, "resources": resources}],
        "priorityClassName": "urgent",
        "priority": 100_000,
    }
    template = {"metadata": {"labels": labels}, "spec": spec}
    whole = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    put(cluster, "Deployment", "crunch", namespace, metadata={"labels": labels}, spec=whole, status={})
    return expect(town, f"Deployment/{town.middle}", "preempt|cpu|processor", also=("Deployment/crunch",))


ACTS: Final = (
    wrong_image_tag,
    pull_secret_missing,
    wrong_command,
    missing_config_map,
    missing_secret,
    missing_key,
    missing_volume_secret,
    oom_by_limit,
    liveness_wrong_port,
    readiness_wrong_path,
    startup_too_short,
    init_container_failing,
    config_changed_crash,
    failed_rollout,
    missing_service_account,
    wrong_credentials,
    priority_preemption,
)
