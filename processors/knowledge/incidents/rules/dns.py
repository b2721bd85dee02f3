"""Whether names can't be resolved because the cluster's own name server is down."""

from collections.abc import Iterator
from typing import Final

from processors.knowledge.incidents.finding import INFERRED, Finding, Link
from processors.knowledge.incidents.health import is_fine
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import began_at
from processors.knowledge.incidents.rules.logs import Line, list_lines
from processors.knowledge.incidents.world import World

_SERVERS: Final = ("coredns", "kube-dns", "rke2-coredns-rke2-coredns")
_SERVER_FAILS: Final = (
    "temporary failure",
    "server misbehaving",
    "eai_again",
    "timeout",
    "timed out",
    "servfail",
)


def find_dns_faults(world: World) -> Iterator[Finding | Link]:
    """Yield that the cluster's name server is down, where several can't resolve names that are right."""
    servers = [ref for ref in world.states if ref.kind == "Deployment" and ref.name in _SERVERS]
    lines = [line for line in list_lines(world) if line.row.rule == "dns" and _may_be_server(line)]
    clients = {line.client for line in lines}
    for server in servers:
        for client in sorted(clients):
            yield Link(client, server, 0.95)
        if lines and is_fine(world, server) is True and len(clients) > 1:
            names = ", ".join(sorted({client.name for client in clients})[:5])
            evidence = tuple(sorted(line.seen["chunk_id"] for line in lines))
            since = min(began_at(line.seen) for line in lines)
            says = f"it doesn't resolve names, as {names} log"
            yield Finding(server, "dns", says, INFERRED, evidence, since, alone=False)
    if lines and not servers and len(clients) > 1:
        yield from _blame_unknown(lines)


def _may_be_server(line: Line) -> bool:
    """Tell whether a line says that the server fails, or that a name which is there isn't found."""
    return line.service is not None or any(said in line.why.lower() for said in _SERVER_FAILS)


def _blame_unknown(lines: list[Line]) -> Iterator[Finding | Link]:
    server = Ref(lines[0].client.cluster, "kube-system", "service", "dns")
    evidence = tuple(sorted(line.seen["chunk_id"] for line in lines))
    since = min(began_at(line.seen) for line in lines)
    yield Finding(server, "dns", "it doesn't resolve names", 0.6, evidence, since, alone=False)
    for line in lines:
        yield Link(line.client, server, 0.9)
