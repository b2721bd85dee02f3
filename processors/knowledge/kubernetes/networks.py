"""The states of services, their endpoints and ingresses in words."""

from collections.abc import Iterator
from datetime import datetime

from processors.knowledge.fields import Object, take, take_labels, take_objects, take_text, take_texts
from processors.knowledge.kubernetes.facts import write_facts, write_pairs, write_service_port
from processors.knowledge.kubernetes.names import SERVICE_OF_SLICE
from processors.knowledge.kubernetes.words import (
    StateDescription,
    Verdict,
    is_new,
    list_moments,
    say_labels,
    say_names,
)


def describe_service(service: Object, now: datetime) -> StateDescription:
    """Return what is told of a service; whether anything stands behind it is told by its endpoint slices."""
    type_ = take_text(service, "spec", "type") or "ClusterIP"
    ports = say_names(map(_say_port, take_objects(service, "spec", "ports")))
    selector = take_labels(service, "spec", "selector")
    entries = take_objects(service, "status", "loadBalancer", "ingress")
    addresses = say_names(take_text(entry, "ip") or take_text(entry, "hostname") for entry in entries)
    if type_ == "LoadBalancer" and not addresses and not is_new(service, now):
        verdict = Verdict(told := "has no address: its load balancer gave none", told, "warning")
    elif type_ == "ExternalName":
        verdict = Verdict(told := f"stands for {take_text(service, 'spec', 'externalName')}", told, "info")
    else:
        told = f"of type {type_} listens on {ports or 'no port'}"
        verdict = Verdict(f"{told}{f' at {addresses}' if addresses else ''}", told, "info")
    chosen = f"It selects pods with {say_labels(selector)}." if selector else "It selects no pods."
    details = [chosen, *([f"Ports: {ports}."] if ports else [])]
    labels = {
        "type": type_,
        "selector": write_pairs(selector),
        "ports": write_facts(map(write_service_port, take_objects(service, "spec", "ports"))),
        "address": take_text(service, "spec", "clusterIP"),
        "external": take_text(service, "spec", "externalName"),
    }
    return StateDescription(verdict, list_moments(service, now), details, labels)


def _say_port(port: Object) -> str:
    target, name = take_text(port, "targetPort"), take_text(port, "name")
    number = f"{take_text(port, 'port')}/{take_text(port, 'protocol') or 'TCP'}"
    return f"{f'{name} ' if name else ''}{number}{f' to {target}' if target else ''}"


def describe_endpoint_slice(slice_: Object, now: datetime) -> StateDescription:
    """Return what is told of a part of a service's endpoints: how many are ready."""
    endpoints = take_objects(slice_, "endpoints")
    # Where it isn't said, an endpoint is ready.
    ready = [e for e in endpoints if take(e, "conditions", "ready") is not False]
    unready = [e for e in endpoints if take(e, "conditions", "ready") is False]
    service = take_labels(slice_, "metadata", "labels").get(SERVICE_OF_SLICE, "")
    of_service = f" of service {service}" if service else ""
    figures = f"{len(ready)} of {len(endpoints)} endpoints are ready"
    if not ready:
        gist = f"has no ready endpoint{of_service}"
        verdict = Verdict(f"{gist}: {figures}", gist, "error" if endpoints else "warning")
    elif unready:
        gist = f"has endpoints{of_service} that are not ready"
        verdict = Verdict(f"{gist}: {figures}", gist, "warning")
    else:
        gist = f"has ready endpoints{of_service}"
        verdict = Verdict(f"{gist}: {figures}", gist, "info")
    ports = say_names(
        f"{take_text(port, 'port')}/{take_text(port, 'protocol') or 'TCP'}"
        for port in take_objects(slice_, "ports")
    )
    details = [
        *([f"Not ready: {say_names(map(_name_endpoint, unready))}."] if unready else []),
        *([f"Ready: {say_names(map(_name_endpoint, ready))}."] if ready else []),
        *([f"Ports: {ports}."] if ports else []),
    ]
    labels = {
        "of_service": service,
        "ready": str(len(ready)),
        "endpoints": str(len(endpoints)),
        "unready_pods": write_facts(take_text(endpoint, "targetRef", "name") for endpoint in unready),
    }
    return StateDescription(verdict, list_moments(slice_, now), details, labels)


def _name_endpoint(endpoint: Object) -> str:
    pod = take_text(endpoint, "targetRef", "name")
    addresses = ", ".join(take_texts(endpoint, "addresses"))
    return f"{pod} ({addresses})" if pod and addresses else pod or addresses


def describe_ingress(ingress: Object, now: datetime) -> StateDescription:
    """Return what is told of an ingress: its address, and which paths lead to which services."""
    entries = take_objects(ingress, "status", "loadBalancer", "ingress")
    addresses = say_names(take_text(entry, "ip") or take_text(entry, "hostname") for entry in entries)
    routes = list(_list_routes(ingress))
    unknown = [route for route, backend in routes if not backend]
    class_ = take_text(ingress, "spec", "ingressClassName")
    if not routes:
        verdict = Verdict(told := "leads nowhere: it has no rule and no default backend", told, "warning")
    elif unknown:
        told = f"has a path whose backend is not known: {unknown[0]}"
        verdict = Verdict(told, told, "warning")
    elif not addresses and not is_new(ingress, now):
        told = "has no address: no ingress controller has taken it"
        verdict = Verdict(told, told, "warning")
    else:
        gist = f"leads to {say_names(backend for _, backend in routes)}"
        verdict = Verdict(f"{gist}{f' at {addresses}' if addresses else ''}", gist, "info")
    hosts = (host for tls in take_objects(ingress, "spec", "tls") for host in take_texts(tls, "hosts"))
    secrets = [take_text(tls, "secretName") for tls in take_objects(ingress, "spec", "tls")]
    details = [
        *(f"{route} leads to {backend}." for route, backend in routes if backend),
        *([f"TLS for {say_names(hosts)} with Secret {say_names(secrets)}."] if any(secrets) else []),
        *([f"Its ingress class is {class_}."] if class_ else []),
    ]
    backends = (backend.partition(":")[0] for _, backend in routes if backend)
    uses = [f"Service/{name}" for name in backends] + [f"Secret/{name}" for name in secrets if name]
    labels = {
        "uses": ",".join(dict.fromkeys(uses)),
        "backends": write_facts(dict.fromkeys(backend for _, backend in routes if backend)),
        "class": class_,
        "addresses": addresses,
    }
    return StateDescription(verdict, list_moments(ingress, now), details, labels)


def _list_routes(ingress: Object) -> Iterator[tuple[str, str]]:
    """Yield host and path, and the service behind them as name and port, or nothing."""
    for rule in take_objects(ingress, "spec", "rules"):
        host = take_text(rule, "host") or "any host"
        for path in take_objects(rule, "http", "paths"):
            yield f"{host}{take_text(path, 'path') or '/'}", _name_backend(path, "backend")
    for default in ("defaultBackend", "backend"):
        if take(ingress, "spec", default):
            yield "Everything else", _name_backend(take(ingress, "spec"), default)


def _name_backend(whole: object, name: str) -> str:
    """Return a backend in the writing of networking.k8s.io/v1, or of the version before it."""
    service = take_text(whole, name, "service", "name") or take_text(whole, name, "serviceName")
    port = take_text(whole, name, "service", "port", "number") or take_text(
        whole, name, "service", "port", "name"
    )
    port = port or take_text(whole, name, "servicePort")
    resource = take_text(whole, name, "resource", "name")
    return (f"{service}:{port}" if port else service) or resource
