"""A scripted fault: what is changed, which objects are to be named, and words of the cause."""

from collections.abc import Callable
from typing import NamedTuple

from evaluation.benchmarks.diagnosis.cluster import Object, delete, edit, find, list_containers, walk_owned
from evaluation.benchmarks.diagnosis.town import Town

Change = Callable[[Object], object]


class Expected(NamedTuple):
    """What a person would say is wrong.

    Attributes:
        objects: Kind, namespace and name; any of them is right, the first is the one to edit.
        words: Of each group one has to be in what is said of the cause.
    """

    objects: tuple[tuple[str, str, str], ...]
    words: tuple[tuple[str, ...], ...]


Act = Callable[[Town], Expected]


def expect(town: Town, path: str, *words: str, also: tuple[str, ...] = ()) -> Expected:
    """Return an expectation of objects of the town's namespace.

    Args:
        town: Where it is.
        path: Kind and name of the object to edit.
        words: Groups of words, alternatives parted by `|`.
        also: Objects that a person would accept as well.
    """
    objects = tuple(
        (kind, town.namespace, name) for kind, _, name in (one.partition("/") for one in (path, *also))
    )
    return Expected(objects, tuple(tuple(group.split("|")) for group in words))


def change_workload(town: Town, name: str, change: Change) -> None:
    """Change a deployment: of some seeds it is rolled out, of others all its pods are made anew at once.

    Args:
        town: The cluster, and where in it.
        name: Of the object.
        change: Changes a copy in place.
    """
    cluster, namespace = town.cluster, town.namespace
    deployment = edit(cluster, "Deployment", namespace, name, change)
    if cluster.chance.random() < 0.5:
        return
    for set_ in list(walk_owned(cluster, "ReplicaSet", deployment)):
        for pod in list(walk_owned(cluster, "Pod", set_)):
            delete(cluster, "Pod", namespace, pod["metadata"]["name"])


def change_container(town: Town, name: str, change: Change) -> None:
    """Change the first container of a deployment.

    Args:
        town: The cluster, and where in it.
        name: Of the object.
        change: Changes a copy in place.
    """
    change_workload(town, name, lambda one: change(list_containers(one)[0]))


def change_pods(town: Town, name: str, **parts: object) -> None:
    """Add to what is asked of a deployment's pods."""
    change_workload(town, name, lambda one: one["spec"]["template"]["spec"].update(parts))


def restart(town: Town, name: str) -> None:
    """Restart a deployment as `kubectl rollout restart` does."""
    note = {"kubectl.kubernetes.io/restartedAt": town.cluster.now.isoformat()}
    change_workload(town, name, lambda one: one["spec"]["template"]["metadata"].update({"annotations": note}))


def get_object(town: Town, kind: str, name: str) -> Object:
    """Return an object of the town's namespace.

    Args:
        town: The cluster, and where in it.
        kind: Such as `Pod`.
        name: Of the object.
    """
    found = find(town.cluster, kind, town.namespace, name)
    assert found is not None, f"{kind} {name}"  # noqa: S101
    return found
