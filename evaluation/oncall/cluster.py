"""What goes wrong in the cluster of the scripted afternoon, among much that is well."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from evaluation.oncall.objects import Object, Workload, make_event, make_node, make_object, write_time

_CODE: Final = "7d9f8c6b5"
_WELL: Final = {
    "cart": ("shop", 3), "payment": ("shop", 2), "gateway": ("shop", 2), "search-api": ("shop", 2),
    "sessions": ("shop", 1), "orders-db": ("data", 1), "mailer": ("billing", 1), "trainer": ("ml", 1),
    "thumbnails": ("media", 1),
}  # fmt: skip


def list_objects(now: datetime, seed: int) -> list[Object]:
    """Return all objects and events of the cluster.

    Args:
        now: The time that is told of.
        seed: Chooses the hashes of the workloads that are well.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    objects = [
        one
        for name, (namespace, desired) in _WELL.items()
        for one in Workload(name, namespace, now, desired=desired, code=_choose_code(chance)).healthy()
    ]
    for tell in (_break_checkout, _break_invoices, _refuse_encoder, _break_recommender, _lose_node):
        objects += tell(now)
    return [*objects, _touch_routes(now), *_tell_stale_events(now, objects[0])]


def _choose_code(chance: random.Random) -> str:
    return "".join(chance.choices("bcdfghjklmnpqrstvwxz2456789", k=9))


def _break_checkout(now: datetime) -> Iterator[Object]:
    """Yield a rollout whose image isn't in the registry; the pods of the revision before still run."""
    work = Workload("checkout", "shop", now, desired=3, code=_CODE)
    before, after = work.template(), work.template("shop/checkout:1.4.3")
    rolled = now - timedelta(minutes=12)
    pods = [work.pod(suffix, before) for suffix in ("q8rtw", "m4kpz")]
    message = (
        'Back-off pulling image "shop/checkout:1.4.3": rpc error: code = NotFound desc = failed to pull and '
        "unpack image: docker.io/shop/checkout:1.4.3: not found"
    )
    state = {"waiting": {"reason": "ImagePullBackOff", "message": message}}
    waiting = work.pod("k2mzt", after, "6c9d7f5b84", state=state, since=rolled)
    yield work.deployment(2, after, generation=8)
    yield work.replica_set(before, _CODE, 7, now - timedelta(days=2), 2)
    yield work.replica_set(after, "6c9d7f5b84", 8, rolled, 0)
    yield from (*pods, waiting, *work.entrance(pods))
    failed = 'Failed to pull image "shop/checkout:1.4.3": docker.io/shop/checkout:1.4.3: not found'
    yield make_event(waiting, "Failed", failed, now - timedelta(minutes=1), 7)


def _break_invoices(now: datetime) -> Iterator[Object]:
    """Yield a pod that is killed for its memory again and again."""
    work = Workload("invoices", "billing", now, desired=1, code=_CODE)
    limits = {"limits": {"memory": "256Mi"}, "requests": {"memory": "128Mi"}}
    template = work.template(resources=limits)
    ended = now - timedelta(minutes=2)
    last = {
        "terminated": {
            "reason": "OOMKilled", "exitCode": 137,
            "startedAt": write_time(ended - timedelta(minutes=1)), "finishedAt": write_time(ended),
        }
    }  # fmt: skip
    state = {
        "waiting": {"reason": "CrashLoopBackOff", "message": "back-off 2m40s restarting failed container"}
    }
    pod = work.pod("x2vqn", template, state=state, last=last, restarts=6, since=ended)
    yield work.deployment(0, template)
    yield work.replica_set(template, _CODE, 1, now - timedelta(days=2), 1)
    yield pod
    yield from work.entrance([])
    text = "Back-off restarting failed container app in pod invoices-7d9f8c6b5-x2vqn"
    yield make_event(pod, "BackOff", text, now - timedelta(minutes=1), 9)


def _refuse_encoder(now: datetime) -> Iterator[Object]:
    """Yield a quota that is used up, and the workload whose pods it refuses."""
    work = Workload("encoder", "media", now, desired=4, code=_CODE)
    template = work.template(resources={"requests": {"cpu": "2"}})
    pods = [work.pod(suffix, template) for suffix in ("b1cde", "f2ghj")]
    owner = work.replica_set(template, _CODE, 1, now - timedelta(days=2), 2)
    message = (
        'Error creating: pods "encoder-7d9f8c6b5-zz9xx" is forbidden: exceeded quota: media-quota, '
        "requested: requests.cpu=2, used: requests.cpu=4, limited: requests.cpu=4"
    )
    owner["spec"]["replicas"] = 4
    owner["status"]["conditions"] = [
        {
            "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message,
            "lastTransitionTime": write_time(now - timedelta(minutes=18)),
        }
    ]  # fmt: skip
    cpu = {"requests.cpu": "4"}
    made = now - timedelta(days=2)
    yield make_object(
        "ResourceQuota",
        "media-quota",
        "media",
        made,
        spec={"hard": cpu},
        status={"hard": cpu, "used": cpu},
    )
    yield work.deployment(2, template)
    yield owner
    yield from (*pods, *work.entrance(pods))
    yield make_event(owner, "FailedCreate", message, now - timedelta(minutes=1), 11)


def _break_recommender(now: datetime) -> Iterator[Object]:
    """Yield a pod whose secret isn't there."""
    work = Workload("recommender", "ml", now, desired=1, code=_CODE)
    source = {"secretRef": {"name": "recommender-token"}}
    template = work.template(envFrom=[source])
    message = 'secret "recommender-token" not found'
    state = {"waiting": {"reason": "CreateContainerConfigError", "message": message}}
    since = now - timedelta(minutes=25)
    pod = work.pod("v4wxy", template, state=state, since=since)
    yield work.deployment(0, template)
    yield work.replica_set(template, _CODE, 1, now - timedelta(days=2), 1)
    yield pod
    yield from work.entrance([])
    yield make_event(pod, "Failed", f"Error: {message}", now - timedelta(minutes=1), 14)


def _lose_node(now: datetime) -> Iterator[Object]:
    """Yield two nodes, and one whose kubelet is silent."""
    lost = make_node("worker-3", now, now - timedelta(minutes=15))
    yield from (make_node("worker-1", now), make_node("worker-2", now), lost)
    yield make_event(
        lost, "NodeNotReady", "Node worker-3 status is now: NodeNotReady", now - timedelta(minutes=14), 1
    )


def _touch_routes(now: datetime) -> Object:
    """Return a ConfigMap that somebody changed; it harmed nothing."""
    at = write_time(now - timedelta(minutes=20))
    entry = {"manager": "kubectl-edit", "operation": "Update", "time": at}
    metadata = {"managedFields": [entry], "labels": {"app": "gateway"}}
    made = now - timedelta(days=9)
    return make_object(
        "ConfigMap", "gateway-routes", "shop", made, metadata=metadata, data={"routes": "/cart"}
    )


def _tell_stale_events(now: datetime, well: Object) -> Iterator[Object]:
    """Yield a warning of this morning about what is well again."""
    message = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    yield make_event(well, "Unhealthy", message, now - timedelta(hours=4), 2)
