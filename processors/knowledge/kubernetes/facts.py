"""What of an object is kept for programs that follow relations: labels, ports, probes, references, amounts.

Each is one short text, as a chunk's labels are: pairs `name=value` with commas between them. Of what a
container is told nothing is kept but names, and the host and port of an address.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from processors.knowledge.fields import Object, take_count, take_labels, take_object, take_objects, take_text
from processors.knowledge.kubernetes.specs import list_references, read_references

CUT: Final = "…"
"""Stands at the end of facts that were too many."""

_LONGEST: Final = 990
_PROBES: Final = ("startupProbe", "readinessProbe", "livenessProbe")
_ADDRESS_NAME: Final = re.compile(
    r"(?:HOST(?:NAME|S)?|URL|URI|ADDR(?:ESS)?|ENDPOINT|SERVERS?|BROKERS?|DSN|UPSTREAM|PORT)$"
)
_HOST: Final = re.compile(r"HOST(?:NAME)?$", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,30}://)?(?:[^@/\s]*@)?(?P<host>[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?)"
    r"(?::(?P<port>\d{1,5}))?(?:[/?,].*)?"
)


def write_facts(facts: Iterable[str]) -> str:
    """Return facts as one text, of many only the first, and then a mark that there were more.

    Example:
        >>> write_facts(["a=1", "b=2"])
        'a=1,b=2'
    """
    told = ""
    for fact in facts:
        if len(told) + len(fact) >= _LONGEST:
            return f"{told},{CUT}"
        told = f"{told},{fact}" if told else fact
    return told


def write_pairs(pairs: Mapping[str, str]) -> str:
    """Return pairs as one text.

    Example:
        >>> write_pairs({"tier": "web", "app": "shop"})
        'app=shop,tier=web'
    """
    return write_facts(f"{name}={value}" for name, value in sorted(pairs.items()))


@lru_cache(maxsize=50_000)
def _split(text: str) -> tuple[str, ...]:
    return tuple(fact for fact in text.split(",") if fact and fact != CUT)


def read_facts(text: str) -> list[str]:
    """Return the facts of a text.

    Example:
        >>> read_facts("a=1,b=2")
        ['a=1', 'b=2']
    """
    return [*_split(text)]


def read_pairs(text: str) -> dict[str, str]:
    """Return the pairs of a text.

    Example:
        >>> read_pairs("app=shop,tier=")
        {'app': 'shop', 'tier': ''}
    """
    return {name: value for name, sign, value in (f.partition("=") for f in read_facts(text)) if sign}


def label_template(meta: Object, spec: Object) -> dict[str, str]:
    """Return what a pod is asked to be, or the pods that a workload makes.

    Args:
        meta: Metadata of the pod or template.
        spec: Its spec.

    Example:
        >>> port = {"containerPort": 8080, "name": "http"}
        >>> probe = {"httpGet": {"path": "/ready", "port": "http"}}
        >>> app = {"name": "app", "image": "shop:1", "ports": [port], "readinessProbe": probe}
        >>> told = label_template({"labels": {"app": "shop"}}, {"containers": [app]})
        >>> told["pod_labels"], told["images"], told["ports"], told["probes"]
        ('app=shop', 'app=shop:1', 'http=8080', 'app/readiness=http:/ready')
    """
    containers = [*take_objects(spec, "initContainers"), *take_objects(spec, "containers")]
    return {
        "pod_labels": write_pairs(take_labels(meta, "labels")),
        "images": write_facts(f"{take_text(c, 'name')}={take_text(c, 'image')}" for c in containers),
        "ports": write_facts(
            f"{name}={number}" if (name := take_text(port, "name")) else number
            for container in containers
            for port in take_objects(container, "ports")
            if (number := _add_protocol(take_text(port, "containerPort"), port))
        ),
        "probes": write_facts(probe for container in containers for probe in _list_probes(container)),
        "requests": _sum_amounts(containers, "requests"),
        "limits": _sum_amounts(containers, "limits"),
        "env": write_facts(reference for container in containers for reference in _list_env(container)),
        "addresses": write_facts(a for container in containers for a in _list_addresses(container)),
        "node_selector": write_pairs(take_labels(spec, "nodeSelector")),
        "tolerations": write_facts(map(_write_toleration, take_objects(spec, "tolerations"))),
        "pull_secrets": write_facts(take_text(s, "name") for s in take_objects(spec, "imagePullSecrets")),
        "service_account": take_text(spec, "serviceAccountName"),
        "priority": take_text(spec, "priorityClassName"),
        "uses": write_facts(list_references(spec)),
    }


def _add_protocol(number: str, port: Object) -> str:
    """Return a port with its protocol behind a slash, which is left out of TCP."""
    protocol = take_text(port, "protocol")
    return f"{number}/{protocol}" if number and protocol not in ("", "TCP") else number


def _list_probes(container: Object) -> Iterable[str]:
    for name in _PROBES:
        probe = take_object(container, name)
        called = f"{take_text(container, 'name')}/{name.removesuffix('Probe')}"
        if get := take_object(probe, "httpGet"):
            path = take_text(get, "path").partition("?")[0].replace(",", "") or "/"
            yield f"{called}={take_text(get, 'port')}:{path}"
        elif check := take_object(probe, "tcpSocket") or take_object(probe, "grpc"):
            yield f"{called}={take_text(check, 'port')}"
        elif probe:
            yield f"{called}=exec"


def _sum_amounts(containers: list[Object], of: str) -> str:
    """Return what the containers ask for, each by itself: `cpu=500m` of one, `cpu=500m+1` of two."""
    amounts: dict[str, list[str]] = {}
    for container in containers:
        asked = take_object(container, "resources", of)
        for name in asked:
            amounts.setdefault(name, []).append(take_text(asked, name))
    return write_pairs({name: "+".join(each) for name, each in amounts.items()})


def _list_env(container: Object) -> Iterable[str]:
    for variable in take_objects(container, "env"):
        for kind, key in read_references(take_object(variable, "valueFrom"), "KeyRef"):
            if key.get("optional") is not True:
                yield f"{take_text(variable, 'name')}={kind}/{take_text(key, 'name')}/{take_text(key, 'key')}"
    for whole in take_objects(container, "envFrom"):
        for kind, source in read_references(whole, "Ref"):
            if source.get("optional") is not True:
                yield f"*={kind}/{take_text(source, 'name')}"


def _list_addresses(container: Object) -> Iterable[str]:
    variables = take_objects(container, "env")
    values = {take_text(variable, "name"): take_text(variable, "value") for variable in variables}
    for name, value in values.items():
        address = read_address(name, value)
        # A port may stand in a variable of its own: DB_HOST and DB_PORT.
        port = values.get(_HOST.sub("PORT", name), "") if address and ":" not in address else ""
        if address and not address.isdecimal():
            yield f"{name}={address}:{port}" if port.isdecimal() and port != value else f"{name}={address}"


def read_address(name: str, value: str) -> str:
    """Return host and port of a variable that holds an address, and nothing of any other.

    What stands in an address for people's eyes only, a user with a password, a path, a query, is left out.

    Args:
        name: Of the variable, which says whether it is an address.
        value: Its value.

    Example:
        >>> read_address("PAYMENT_URL", "http://pay:pw@payment.shop:8080/v1?token=1")
        'payment.shop:8080'
        >>> [read_address(*pair) for pair in (("DB_PASSWORD", "hunter2"), ("DB_HOST", "db"), ("PORT", "80"))]
        ['', 'db', '80']
    """
    if name.upper().endswith("PORT"):
        return value if value.isdecimal() and len(value) <= 5 else ""
    if not _ADDRESS_NAME.search(name.upper()):
        return ""
    found = _ADDRESS.fullmatch(value)
    if found is None:
        return ""
    return f"{found['host']}:{found['port']}" if found["port"] else found["host"]


def _write_toleration(toleration: Object) -> str:
    key, value = take_text(toleration, "key") or "*", take_text(toleration, "value")
    effect = take_text(toleration, "effect")
    return f"{key}={value}" + (f":{effect}" if effect else "")


def write_taint(taint: Object) -> str:
    """Return a taint of a node.

    Example:
        >>> write_taint({"key": "team", "value": "ml", "effect": "NoSchedule"})
        'team=ml:NoSchedule'
    """
    key, value, effect = (take_text(taint, name) for name in ("key", "value", "effect"))
    return f"{key}={value}:{effect}" if value else f"{key}:{effect}"


def write_service_port(port: Object) -> str:
    """Return a port of a service and where it leads.

    Example:
        >>> write_service_port({"name": "http", "port": 80, "targetPort": "web"})
        '80>web'
        >>> write_service_port({"port": 53, "protocol": "UDP"})
        '53>53/UDP'
    """
    number = take_count(port, "port")
    return _add_protocol(f"{number}>{take_text(port, 'targetPort') or number}", port)
