"""Whether connections time out because a network policy doesn't let them through."""

from collections.abc import Iterator
from typing import Final

from processors.knowledge.incidents.finding import SEEN, Finding, Link
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import began_at
from processors.knowledge.incidents.rules.logs import Line, list_lines
from processors.knowledge.incidents.standing import is_news
from processors.knowledge.incidents.world import World, list_makers, matches
from processors.knowledge.kubernetes.facts import read_facts

_TIMEOUTS: Final = ("timeout", "dns", "upstream", "refused")
_DNS_PORT: Final = "53"


def find_policy_faults(world: World) -> Iterator[Finding | Link]:
    """Yield network policies that keep a client from what it logs that it can't reach."""
    for line in list_lines(world):
        if line.row.rule in _TIMEOUTS and "refused" not in line.why.lower():
            yield from _blame(world, line)


def _blame(world: World, line: Line) -> Iterator[Finding | Link]:
    client, target = line.client, line.service
    servers = list_makers(world, target, world.labels(target).get("selector", "")) if target else []
    for policy in world.list_kind(client, "NetworkPolicy"):
        if _selects(world, policy, client) and not _lets_out(world, policy, servers, line):
            what = line.host or ("names be looked up" if line.row.rule == "dns" else "what it calls")
            says = f"it lets {client.path} reach nothing it doesn't allow, and {what} is not allowed (egress)"
            yield from _tell(world, line, policy, says, is_sure=bool(servers) or bool(line.host))
    for server in servers:
        for policy in world.list_kind(server, "NetworkPolicy"):
            if _selects(world, policy, server) and not _lets_in(world, policy, client, server):
                says = f"it doesn't let {client.path} reach {server.path} (ingress)"
                yield from _tell(world, line, policy, says, is_sure=True)
    if not target:
        for policy in world.list_kind(client, "NetworkPolicy"):
            if "ingress" in world.labels(policy).get("closed", ""):
                whose = world.labels(policy).get("selector", "") or "all pods"
                says = f"it lets nobody reach {whose}, and {client.path} logs timeouts (ingress)"
                yield from _tell(world, line, policy, says, is_sure=False)


def _tell(world: World, line: Line, policy: Ref, says: str, *, is_sure: bool) -> Iterator[Finding | Link]:
    evidence = (world.states[policy]["chunk_id"], line.seen["chunk_id"])
    strength = (SEEN + 0.05 if is_sure else 0.6) + (0.03 if is_news(world, policy) else 0.0)
    yield Finding(policy, "policy", says, strength, evidence, began_at(line.seen), alone=False)
    yield Link(line.client, policy, 0.95)


def _selects(world: World, policy: Ref, maker: Ref) -> bool:
    selector = world.labels(policy).get("selector", "")
    return not selector or matches(selector, world.labels(maker).get("pod_labels", ""))


def _lets_out(world: World, policy: Ref, servers: list[Ref], line: Line) -> bool:
    labels = world.labels(policy)
    if "Egress" not in labels.get("types", ""):
        return True
    allowed = read_facts(labels.get("allows_egress", ""))
    if line.row.rule == "dns":
        return any(_has_port(rule, _DNS_PORT) for rule in allowed)
    if not servers:
        return any(rule.partition("/")[0] in ("*", "@") or rule.startswith("@") for rule in allowed)
    return any(_fits(world, rule, policy, server) for server in servers for rule in allowed)


def _lets_in(world: World, policy: Ref, client: Ref, _server: Ref) -> bool:
    labels = world.labels(policy)
    if "Ingress" not in labels.get("types", "Ingress"):
        return True
    allowed = read_facts(labels.get("allows_ingress", ""))
    return any(_fits(world, rule, policy, client) for rule in allowed)


def _has_port(rule: str, port: str) -> bool:
    ports = rule.partition("/")[2]
    return not ports or port in ports.split("+")


def _fits(world: World, rule: str, policy: Ref, other: Ref) -> bool:
    """Tell whether a rule of a policy is of another's pods; of other namespaces it isn't known for sure."""
    peer = rule.partition("/")[0]
    pods = peer.removeprefix("@").replace("&", ",")
    if peer == "*" or peer in ("@",):
        return True
    is_within = peer.startswith("@") or policy.namespace == other.namespace
    return is_within and (pods == "*" or matches(pods, world.labels(other).get("pod_labels", "")))
