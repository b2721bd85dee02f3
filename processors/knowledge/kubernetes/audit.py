"""The API server's audit events as events of the cluster: who changed what; who only looked is left out."""

from typing import Final

from processors.knowledge.fields import Object, take_count, take_text

_DONE: Final = {
    "create": "created", "update": "updated", "patch": "patched", "delete": "deleted",
    "deletecollection": "deleted",
}  # fmt: skip
# What people ask about: the kinds that are told of, and rights. Audit events name them in the plural.
_KINDS: Final = (
    "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Service", "Ingress",
    "ConfigMap", "Secret", "Node", "Namespace", "PersistentVolumeClaim", "PersistentVolume", "NetworkPolicy",
    "HorizontalPodAutoscaler", "ResourceQuota", "LimitRange", "StorageClass", "Role", "RoleBinding",
    "ClusterRole", "ClusterRoleBinding", "ServiceAccount",
)  # fmt: skip
_PLURALS: Final = {
    f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}es" if kind.endswith("s") else f"{kind}s": kind
    for kind in _KINDS
}
_KIND_OF: Final = {plural.lower(): kind for plural, kind in _PLURALS.items()}
_REFUSED: Final = 400


def is_audit(value: Object) -> bool:
    """Tell whether an object is an audit event, which has the kind of another event."""
    return take_text(value, "apiVersion").startswith("audit.k8s.io/")


def read_audit(audit: Object) -> Object | None:
    """Return an audit event as an event of core/v1, or None if nobody but the cluster changed anything.

    Example:
        >>> about = {"resource": "deployments", "namespace": "shop", "name": "checkout"}
        >>> audit = {"auditID": "a1", "verb": "patch", "user": {"username": "alice"}, "objectRef": about,
        ...          "responseStatus": {"code": 200}, "stage": "ResponseComplete"}
        >>> read_audit(audit)["message"], read_audit({**audit, "verb": "get"})
        ('alice patched it', None)
    """
    user, verb, stage = (take_text(audit, *path) for path in (("user", "username"), ("verb",), ("stage",)))
    kind = _KIND_OF.get(take_text(audit, "objectRef", "resource"))
    name = take_text(audit, "objectRef", "name")
    by_itself = user.startswith("system:") and not _is_deployer(user)
    if (
        verb not in _DONE
        or not kind
        or not name
        or by_itself
        or stage not in ("", "ResponseComplete", "Panic")
    ):
        return None
    code = take_count(audit, "responseStatus", "code")
    part = take_text(audit, "objectRef", "subresource")
    whole = f"its {part}" if part else "it"
    said = f"{user} {_DONE[verb]} {whole}"
    if code >= _REFUSED:
        why = take_text(audit, "responseStatus", "message") or take_text(audit, "responseStatus", "reason")
        said = f"{user} was refused to {verb} {whole} ({code}){f': {why}' if why else ''}"
    namespace = take_text(audit, "objectRef", "namespace")
    about = {"kind": kind, "name": name, **({"namespace": namespace} if namespace else {})}
    identity = take_text(audit, "auditID")
    return {
        "kind": "Event",
        "metadata": {"name": identity or name, "uid": identity},
        "involvedObject": about,
        "reason": "Refused" if code >= _REFUSED else _DONE[verb].capitalize(),
        "type": "Warning" if code >= _REFUSED else "Normal",
        "message": said,
        "firstTimestamp": audit.get("requestReceivedTimestamp"),
        "lastTimestamp": audit.get("stageTimestamp"),
        "source": {"component": "the audit log"},
    }


def _is_deployer(user: str) -> bool:
    """Tell whether a user of the system is an account of a program that people run, such as of a pipeline."""
    return user.startswith("system:serviceaccount:") and not user.startswith("system:serviceaccount:kube-")
