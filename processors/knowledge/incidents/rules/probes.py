"""Why a probe fails: the port and path it asks, beside the ports that the containers listen on."""

import re
from typing import Final

from processors.knowledge.incidents.rules.ports import list_ports, read_ports
from processors.knowledge.incidents.rules.statements import Statement
from processors.knowledge.incidents.world import World
from processors.knowledge.kubernetes.facts import read_pairs

_REFUSED: Final = re.compile(r"connection refused|connect: no route", re.IGNORECASE)
_SCHEME: Final = re.compile(
    r"HTTP response to HTTPS client|malformed HTTP response|first record does not look like a TLS handshake"
    r"|HTTP request to an HTTPS server|unexpected EOF",
    re.IGNORECASE,
)
_STATUS: Final = re.compile(r"statuscode: (\d{3})", re.IGNORECASE)
_SLOW: Final = re.compile(r"deadline exceeded|timed? ?out|Timeout exceeded", re.IGNORECASE)
_NO_PATH: Final = ("404", "405")


def explain_probe(world: World, statement: Statement, rule: str, why: str) -> str:
    """Return what a probe asks and how that ends, with a word between; nothing of what is no probe.

    Args:
        world: All that is known.
        statement: What is said of the pod.
        rule: Such as `readiness-probe`.
        why: What the kubelet says of the last try.
    """
    kind = rule.removesuffix("-probe")
    labels = world.labels(statement.about) or {}
    if not labels.get("probes"):
        labels = world.labels(statement.maker)
    probes = read_pairs(labels.get("probes", ""))
    asked = next((value for name, value in probes.items() if name.endswith(f"/{kind}")), "")
    if rule == kind:
        return ""
    port, _, path = asked.partition(":")
    said = f": it asks {f'path {path} on ' if path else ''}port {port}" if port and port != "exec" else ""
    ports = list_ports(labels)
    if port and port != "exec" and ports and port not in ports:
        listens = ", ".join(sorted(set(read_ports(labels).values()) or ports))
        return f"{said}, and the container listens on {listens} (wrong port)"
    if _SCHEME.search(why):
        return f"{said}, with HTTPS where HTTP is spoken, or the other way round (wrong scheme)"
    if _REFUSED.search(why):
        return f"{said}, where nothing listens, or not yet: the probe may begin too early"
    if (status := _STATUS.search(why)) and said:
        wrong = " (wrong path)" if status[1] in _NO_PATH else ""
        return f"{said}, and gets HTTP {status[1]}{wrong}"
    if _SLOW.search(why):
        return f"{said}{',' if said else ': it'} has no answer in time (its timeout may be too short)"
    return said or (f": {why.strip()}" if why else "")
