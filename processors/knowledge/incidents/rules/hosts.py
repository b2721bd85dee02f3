"""Which host a line of a log speaks of."""

import re
from typing import Final

from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.relations import find_host
from processors.knowledge.incidents.world import World

_HOST: Final = r"(?P<host>[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,200}[a-zA-Z0-9])?)"
_NAME: Final = r"(?P<host>[a-z][a-z0-9-]{1,62}(?:\.[a-z0-9-]{1,62}){0,5})"
_PORT: Final = r":(?P<port>\d{2,5})"
_ADDRESS: Final = r"\d{1,3}(?:\.\d{1,3}){3}"
_UNRESOLVED: Final = r"ENOTFOUND|EAI_AGAIN|UnknownHostException:?|resolve host(?:name)?:?|translate host name"
_CALLS: Final = r"(?:connect(?:ing|ion)?|refused|dial(?:ing)?|upstream|call(?:ing)?|reach(?:ing)?|request)"
_PLACES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[a-z][a-z0-9+]{{1,20}}://(?:[^@/\s]*@)?{_HOST}(?:{_PORT})?",
        rf"lookup {_HOST}(?: on |:| )",
        rf"host=['\"]{_HOST}['\"], port=(?P<port>\d{{2,5}})",
        rf"(?:{_UNRESOLVED}) ['\"]?{_HOST}(?:{_PORT})?",
        rf"(?:server|host(?:name)?) (?:at |running on host )?['\"]{_HOST}['\"]",
        rf"\b{_NAME}/{_ADDRESS}{_PORT}",
        rf"{_CALLS} (?:tcp |to |by |server |host )*['\"]?{_HOST}{_PORT}",
        rf"\b{_NAME}{_PORT}\b",
        rf"(?<![\d.])(?P<host>{_ADDRESS}){_PORT}",
        rf"{_CALLS} (?:to |by )(?:host |service |server )?['\"]?{_NAME}",
    )
)
# What stands where a host might.
_NO_HOSTS: Final = frozenset(
    {"localhost", "the", "host", "server", "service", "database", "a", "an", "it", "is", "to"}
)


def find_hosts(text: str) -> list[tuple[str, str]]:
    """Return hosts with their ports, or without, that a text names, the surest first.

    Example:
        >>> find_hosts('Get "http://payment:8080/pay": dial tcp 10.0.0.7:8080: connect: connection refused')
        [('payment', '8080'), ('10.0.0.7', '8080')]
        >>> find_hosts("dial tcp: lookup paymnt on 10.96.0.10:53: no such host")[0]
        ('paymnt', '')
    """
    found: dict[str, str] = {}
    for place in _PLACES:
        for match in place.finditer(text):
            host = match["host"].rstrip(".")
            port = match.groupdict().get("port") or ""
            if host.lower() not in _NO_HOSTS and not (port == "53" and host not in found):
                found[host] = found.get(host) or port
    return [*found.items()]


def find_target(world: World, client: Ref, text: str) -> tuple[str, str, Ref | None]:
    """Return the host, the port and the service that a client's line speaks of; empty where it says none.

    Args:
        world: All that is known.
        client: Who logged it.
        text: The line.
    """
    hosts = find_hosts(text)
    for host, port in hosts:
        if service := find_host(world, client, host):
            return host, port, service
    named = next(((host, port) for host, port in hosts if not host.replace(".", "").isdecimal()), ("", ""))
    return (*named, None) if named[0] or not hosts else (*hosts[0], None)
