"""Kubernetes' kinds of objects that actions know, and what kubectl lets people call them.

Secrets aren't among them: nobody needs to read one in a chat.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Resource(NamedTuple):
    """A kind of objects."""

    kind: str
    group: str
    """Empty for those of the core."""
    version: str
    short: str = ""
    namespaced: bool = True

    @property
    def name(self) -> str:
        """As kubectl takes it: singular, lower case."""
        return self.kind.lower()

    @property
    def plural(self) -> str:
        """As it stands in the API's paths.

        Example:
            >>> [Resource(kind, "", "v1").plural for kind in ("Pod", "Ingress", "NetworkPolicy")]
            ['pods', 'ingresses', 'networkpolicies']
        """
        if self.name.endswith("y"):
            return f"{self.name[:-1]}ies"
        return f"{self.name}es" if self.name.endswith("s") else f"{self.name}s"


RESOURCES: Final = (
    Resource("Pod", "", "v1", "po"),
    Resource("Service", "", "v1", "svc"),
    Resource("ConfigMap", "", "v1", "cm"),
    Resource("ServiceAccount", "", "v1", "sa"),
    Resource("PersistentVolumeClaim", "", "v1", "pvc"),
    Resource("ResourceQuota", "", "v1", "quota"),
    Resource("LimitRange", "", "v1", "limits"),
    Resource("Event", "", "v1", "ev"),
    Resource("Node", "", "v1", "no", namespaced=False),
    Resource("Namespace", "", "v1", "ns", namespaced=False),
    Resource("PersistentVolume", "", "v1", "pv", namespaced=False),
    Resource("Deployment", "apps", "v1", "deploy"),
    Resource("StatefulSet", "apps", "v1", "sts"),
    Resource("DaemonSet", "apps", "v1", "ds"),
    Resource("ReplicaSet", "apps", "v1", "rs"),
    Resource("Job", "batch", "v1"),
    Resource("CronJob", "batch", "v1", "cj"),
    Resource("Ingress", "networking.k8s.io", "v1", "ing"),
    Resource("NetworkPolicy", "networking.k8s.io", "v1", "netpol"),
    Resource("HorizontalPodAutoscaler", "autoscaling", "v2", "hpa"),
    Resource("PodDisruptionBudget", "policy", "v1", "pdb"),
)

_BY_NAME: Final = {
    called: resource
    for resource in RESOURCES
    for called in (resource.name, resource.plural, resource.short)
    if called
}


def find_resource(called: str) -> Resource | None:
    """Return the kind of objects that somebody names, None if it isn't known.

    Example:
        >>> [found.kind for name in ("deploy", "PODS", "secret") if (found := find_resource(name))]
        ['Deployment', 'Pod']
    """
    return _BY_NAME.get(called.lower())
