"""Where objects are in the API, and what a call needs to be allowed."""

from typing import NamedTuple
from urllib.parse import quote

from processors.knowledge.actions.resources import Resource, find_resource


class Permission(NamedTuple):
    """What a call needs to be allowed."""

    verb: str
    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    def describe(self) -> str:
        """Say it as `kubectl auth can-i` asks for it.

        Example:
            >>> Permission("get", Resource("Pod", "", "v1"), "shop", subresource="log").describe()
            'get pods/log in the namespace shop'
            >>> Permission("list", Resource("Pod", "metrics.k8s.io", "v1beta1"), "shop").describe()
            'list pods.metrics.k8s.io in the namespace shop'
        """
        plural = self.resource.plural
        usual = find_resource(plural)
        if usual and usual.group != self.resource.group:
            # Another one than everybody calls so.
            plural = f"{plural}.{self.resource.group}"
        what = f"{plural}/{self.subresource}" if self.subresource else plural
        if self.namespace and self.resource.namespaced:
            return f"{self.verb} {what} in the namespace {self.namespace}"
        return f"{self.verb} {what}{' in all namespaces' if self.resource.namespaced else ''}"


def path_of(resource: Resource, namespace: str = "", name: str = "", subresource: str = "") -> str:
    """Return the path of an object, or of all of a resource.

    Args:
        resource: The kind of objects.
        namespace: Empty: all of them; not heard where objects are in none.
        name: Empty: all of them.
        subresource: Such as log.

    Example:
        >>> path_of(Resource("Deployment", "apps", "v1"), "shop", "api")
        '/apis/apps/v1/namespaces/shop/deployments/api'
        >>> path_of(Resource("Node", "", "v1", namespaced=False), "shop", "node-1")
        '/api/v1/nodes/node-1'
    """
    root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    inside = f"/namespaces/{quote(namespace, safe='')}" if namespace and resource.namespaced else ""
    tail = "".join(f"/{quote(part, safe='')}" for part in (name, subresource) if part)
    return f"{root}{inside}/{resource.plural}{tail}"
