"""Whether connections time out because a network policy doesn't let them through."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from processors.knowledge.incidents.finding import SEEN, Finding, Link
from processors.knowledge.incidents.health import age
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import began_at, seen_at
from processors.knowledge.incidents.rules.logs import Line, list_lines
from processors.knowledge.incidents.standing import is_news
from processors.knowledge.incidents.world import World, list_makers, matches, walk_states
from processors.knowledge.kubernetes.facts import read_facts

_JUST_NOW: Final = timedelta(hours=2)
_TIMEOUTS: Final = ("timeout", "dns", "upstream", "refused")
_DNS_PORT: Final = "53"


def find_policy_faults(world: World) -> Iterator[Finding | Link]:
    """Yield network policies that keep a client from what it logs that it can't reach."""
    for line in list_lines(world):
        if line.row.rule in _TIMEOUTS and "refused" not in line.why.lower():
            yield from _blame(world, line)
    yield from _find_closed(world)


def _find_closed(world: World) -> Iterator[Finding]:
    """Yield policies of the last hours that close the pods of a service to everybody."""
    for policy, state in walk_states(world, "NetworkPolicy"):
        if "ingress" not in state["labels"].get("closed", "") or age(world, policy) > _JUST_NOW:
            continue
        for service in world.list_kind(policy, "Service"):
            for maker in list_makers(world, service, world.labels(service).get("selector", "")):
                into = _list_limiting(world, maker, "Ingress")
                if policy in into and not any(world.labels(one).get("allows_ingress") for one in into):
                    says = (
                        f"it lets nobody reach {maker.path}, which Service {service.name} leads to (ingress)"
                    )
                    evidence = (state["chunk_id"], world.states[service]["chunk_id"])
                    yield Finding(policy, "policy", says, 0.62, evidence, seen_at(state), "warning")


def _blame(world: World, line: Line) -> Iterator[Finding | Link]:
    client, target = line.client, line.service
    servers = list_makers(world, target, world.labels(target).get("selector", "")) if target else []
    out = _list_limiting(world, client, "Egress")
    if out and not any(_lets_out(world, policy, servers, line) for policy in out):
        what = line.host or ("names be looked up" if line.row.rule == "dns" else "what it calls")
        says = f"it lets {client.path} reach nothing it doesn't allow, and {what} is not allowed (egress)"
        for policy in out:
            yield from _tell(world, line, policy, says, is_sure=bool(servers or line.host))
    for server in servers:
        into = _list_limiting(world, server, "Ingress")
        # What one policy lets through is let through.
        if into and not any(_lets_in(world, policy, client) for policy in into):
            says = f"it doesn't let {client.path} reach {server.path} (ingress)"
            for policy in into:
                yield from _tell(world, line, policy, says, is_sure=True)
    for policy in [] if target else world.list_kind(client, "NetworkPolicy"):
        if "ingress" in world.labels(policy).get("closed", ""):
            whose = world.labels(policy).get("selector", "").replace(",", ", ") or "any pod"
            says = f"it lets nobody reach {whose}, and {client.path} logs timeouts (ingress)"
            yield from _tell(world, line, policy, says, is_sure=False)


def _list_limiting(world: World, maker: Ref, type_: str) -> list[Ref]:
    """Return the policies that limit what reaches a workload's pods, or what they reach."""
    pods = world.labels(maker).get("pod_labels", "")
    return [
        policy
        for policy in world.list_kind(maker, "NetworkPolicy")
        if type_ in (labels := world.labels(policy)).get("types", "Ingress")
        and (not labels.get("selector") or matches(labels["selector"], pods))
    ]


def _tell(world: World, line: Line, policy: Ref, says: str, *, is_sure: bool) -> Iterator[Finding | Link]:
    evidence = (world.states[policy]["chunk_id"], line.seen["chunk_id"])
    strength = (SEEN + 0.05 if is_sure else 0.6) + (0.03 if is_news(world, policy) else 0.0)
    yield Finding(policy, "policy", says, strength, evidence, began_at(line.seen), alone=False)
    yield Link(line.client, policy, 0.95)


def _lets_out(world: World, policy: Ref, servers: list[Ref], line: Line) -> bool:
    allowed = read_facts(world.labels(policy).get("allows_egress", ""))
    if line.row.rule == "dns":
        return any(_has_port(rule, _DNS_PORT) for rule in allowed)
    if not servers:
        return any(rule.startswith(("*", "@")) for rule in allowed)
    return any(_fits(world, rule, policy, server) for server in servers for rule in allowed)


def _lets_in(world: World, policy: Ref, client: Ref) -> bool:
    allowed = read_facts(world.labels(policy).get("allows_ingress", ""))
    return any(_fits(world, rule, policy, client) for rule in allowed)


def _has_port(rule: str, port: str) -> bool:
    ports = rule.partition("/")[2]
    return not ports or port in ports.split("+")


def _fits(world: World, rule: str, policy: Ref, other: Ref) -> bool:
    """Tell whether a rule of a policy is of another's pods; of other namespaces it isn't known for sure."""
    peer = rule.partition("/")[0]
    pods = peer.removeprefix("@").replace("&", ",")
    if peer in ("*", "@"):
        return True
    is_within = peer.startswith("@") or policy.namespace == other.namespace
    return is_within and (pods == "*" or matches(pods, world.labels(other).get("pod_labels", "")))
