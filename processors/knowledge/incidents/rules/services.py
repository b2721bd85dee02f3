"""What keeps a service from its pods: a selector that fits none, a port nobody listens on, no replicas."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from processors.knowledge.incidents.finding import INFERRED, SEEN, Finding
from processors.knowledge.incidents.health import count
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import Observation, seen_at
from processors.knowledge.incidents.rules.ports import list_ports, list_probed, list_protocols, split_protocol
from processors.knowledge.incidents.standing import is_felt, is_news, is_wanted
from processors.knowledge.incidents.world import (
    World,
    list_makers,
    list_selected,
    walk_states,
)
from processors.knowledge.kubernetes.facts import read_facts, read_pairs

_ALIKE: Final = 0.6
_NEAR: Final = ("Deployment", "StatefulSet", "DaemonSet")


def find_service_faults(world: World) -> Iterator[Finding]:
    """Yield services that lead nowhere, and workloads without replicas that a service wants."""
    slices = _list_slices(world)
    for ref, state in walk_states(world, "Service"):
        selector = state["labels"].get("selector", "")
        if not selector or state["labels"].get("type") == "ExternalName":
            continue
        selected = list_selected(world, ref, selector)
        evidence = (state["chunk_id"], *slices.get(ref, ()))
        if not selected:
            yield from _tell_no_pods(world, ref, state, evidence)
            continue
        yield from _tell_ports(world, ref, state, selected, evidence)
        for maker in list_makers(world, ref, selector):
            yield from _tell_zero(world, ref, maker, evidence)


def _list_slices(world: World) -> dict[Ref, tuple[str, ...]]:
    """Return the ids of the endpoint slices of each service that have no ready endpoint."""
    found: dict[Ref, tuple[str, ...]] = {}
    for ref, state in walk_states(world, "EndpointSlice"):
        if state["labels"].get("ready") == "0":
            service = ref._replace(kind="Service", name=state["labels"].get("of_service", ""))
            found[service] = (*found.get(service, ()), state["chunk_id"])
    return found


def _tell_no_pods(
    world: World, service: Ref, state: Observation, evidence: tuple[str, ...]
) -> Iterator[Finding]:
    """Yield that a service selects nothing, and which workload it may mean."""
    selector = state["labels"]["selector"]
    near = _find_near(world, service, selector)
    said = f"its selector {_say(selector)} matches no pod"
    if near is None:
        news = is_felt(world, service)
        yield Finding(service, "selector", said, 0.55, evidence, seen_at(state), "warning", alone=news)
        return
    labels = world.labels(near).get("pod_labels", "")
    says = f"{said}; the pods of {near.path} have {_say(_pick(labels, selector))}"
    own = world.states[near]["chunk_id"]
    yield Finding(service, "selector", says, SEEN + 0.07, (*evidence, own), seen_at(state))


def _find_near(world: World, service: Ref, selector: str) -> Ref | None:
    """Return the workload whose pods a selector nearly selects, or that is called as the service is."""
    wanted = read_pairs(selector)
    best, found = _ALIKE, None
    for ref in world.list_kind(service, *_NEAR):
        has = read_pairs(world.labels(ref).get("pod_labels", ""))
        alike = [_compare(value, has.get(name, "")) for name, value in wanted.items()]
        score = max(sum(alike) / len(alike), 0.9 * _compare(service.name, ref.name))
        if score > best:
            best, found = score, ref
    return found


def _compare(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _pick(labels: str, selector: str) -> str:
    """Return those of a pod's labels that a selector asks for, or all where it has none of them."""
    wanted = read_pairs(selector)
    kept = [fact for fact in read_facts(labels) if fact.partition("=")[0] in wanted]
    return ",".join(kept or read_facts(labels))


def _say(pairs: str) -> str:
    return pairs.replace(",", ", ")


def _tell_ports(
    world: World, service: Ref, state: Observation, selected: list[Ref], evidence: tuple[str, ...]
) -> Iterator[Finding]:
    """Yield that a service leads to a port that no container of its pods names."""
    ports: set[str] = set().union(*(list_ports(world.labels(ref)) for ref in selected))
    if not ports:
        return
    probed = set().union(*(list_probed(world.labels(ref)) for ref in selected))
    protocols = set().union(*(list_protocols(world.labels(ref)) for ref in selected))
    maker = world.find_maker(selected[0])
    for fact in read_facts(state["labels"].get("ports", "")):
        number, _, target = fact.partition(">")
        target, protocol = split_protocol(target)
        if (target, protocol) in protocols or (target in probed and target.isdecimal()):
            continue
        listens = ", ".join(sorted(port for port in ports if port.isdecimal()) or sorted(ports))
        if target in ports:
            other = "UDP" if protocol == "TCP" else "TCP"
            says = f"its port {number} is of {protocol} (wrong protocol): {maker.path} speaks {other} there"
        else:
            wrong = "(wrong targetPort)"
            says = f"its port {number} leads to port {target} {wrong}: {maker.path} listens on {listens}"
        # A port by name must be there; by number a container may listen without saying so.
        is_plain = not target.isdecimal()
        news = is_plain or is_felt(world, service)
        strength = SEEN + 0.07 if is_plain else SEEN if is_news(world, service) else INFERRED
        own = (*evidence, world.states[selected[0]]["chunk_id"])
        yield Finding(service, "target-port", says, strength, own, seen_at(state), alone=news)


def _tell_zero(world: World, service: Ref, maker: Ref, evidence: tuple[str, ...]) -> Iterator[Finding]:
    state = world.states.get(maker)
    if state is None or maker.kind not in _NEAR or state["labels"].get("desired") != "0":
        return
    others = [
        ref
        for ref in list_makers(world, service, world.labels(service).get("selector", ""))
        if ref != maker and count(world.labels(ref), "ready")
    ]
    if others:
        return
    says = f"it is scaled to zero, and Service {service.name} has nothing behind it"
    own = (state["chunk_id"], *evidence)
    news = is_news(world, maker) or is_wanted(world, service)
    severity = "error" if news else "warning"
    yield Finding(maker, "scaled-to-zero", says, SEEN + 0.05, own, seen_at(state), severity, alone=news)
