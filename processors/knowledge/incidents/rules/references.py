"""What is referred to and isn't there: an ingress's service or secret, a workload's secret or config map."""

from collections.abc import Iterator
from difflib import get_close_matches

from processors.knowledge.incidents.finding import INFERRED, SEEN, Finding
from processors.knowledge.incidents.health import is_fine
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import seen_at
from processors.knowledge.incidents.relations import find_host, list_service_ports
from processors.knowledge.incidents.standing import is_felt
from processors.knowledge.incidents.world import WORKLOADS, World, walk_states
from processors.knowledge.kubernetes.facts import read_facts, read_pairs

_RULES = {"Secret": "missing-secret", "ConfigMap": "missing-config", "PersistentVolumeClaim": "missing-claim"}


def find_missing(world: World) -> Iterator[Finding]:
    """Yield ingresses and workloads that refer to what isn't there."""
    for ref, state in walk_states(world, "Ingress"):
        for fact in read_facts(state["labels"].get("uses", "")):
            kind, _, name = fact.partition("/")
            if _is_missing(world, ref, kind, name):
                path = "leads to" if kind == "Service" else "takes its certificate from"
                says = f"it {path} {kind} {name}, which doesn't exist{_say_near(world, ref, kind, name)}"
                news = is_felt(world, ref)
                yield Finding(
                    ref,
                    f"missing-{kind.lower()}",
                    says,
                    SEEN,
                    (state["chunk_id"],),
                    seen_at(state),
                    alone=news,
                )
        yield from _check_backends(world, ref)
    for ref, state in walk_states(world, *WORKLOADS):
        if is_fine(world, ref) is not False or world.find_maker(ref) != ref:
            continue
        needed = {f"{kind}/{name}" for kind, name, _ in _read_env(state["labels"].get("env", ""))}
        for fact in sorted({*needed, *_list_claims(state["labels"].get("uses", ""))}):
            kind, _, name = fact.partition("/")
            if _is_missing(world, ref, kind, name):
                says = f"it needs {kind} {name}, which doesn't exist{_say_near(world, ref, kind, name)}"
                yield Finding(ref, _RULES[kind], says, SEEN, (state["chunk_id"],), seen_at(state))
        yield from _check_keys(world, ref)
    yield from _check_addresses(world)


def _check_addresses(world: World) -> Iterator[Finding]:
    """Yield workloads that are given a name that no service has, or a port that the service doesn't have."""
    for ref, state in walk_states(world, "Deployment", "StatefulSet", "DaemonSet", "CronJob"):
        for variable, address in read_pairs(state["labels"].get("addresses", "")).items():
            host, _, port = address.partition(":")
            service = find_host(world, ref, host)
            near = get_close_matches(host, [one.name for one in world.list_kind(ref, "Service")], 1, 0.75)
            said = f"its environment variable {variable} leads to {address}"
            if service is None and "." not in host and near and host != ref.name:
                says = f"{said}, and no Service is called so (there is Service {near[0]})"
            elif service and port and port not in (ports := list_service_ports(world, service)) and ports:
                says = f"{said}, but Service {service.name} listens on {', '.join(ports)} (wrong port)"
            else:
                continue
            alone = is_fine(world, ref) is False or is_felt(world, ref)
            yield Finding(
                ref, "address", says, SEEN, (state["chunk_id"],), seen_at(state), "warning", alone=alone
            )


def _is_missing(world: World, by: Ref, kind: str, name: str) -> bool:
    """Tell whether an object isn't there, in a namespace of which such objects are known."""
    return by._replace(kind=kind, name=name) not in world.states and bool(world.list_kind(by, kind))


def _say_near(world: World, by: Ref, kind: str, name: str) -> str:
    names = [ref.name for ref in world.list_kind(by, kind)]
    near = get_close_matches(name, names, 1)
    return f" (there is {kind} {near[0]})" if near else ""


def _read_env(env: str) -> Iterator[tuple[str, str, str]]:
    for reference in read_pairs(env).values():
        kind, name, key, *_ = [*reference.split("/"), "", ""]
        yield kind, name, key


def _list_claims(uses: str) -> list[str]:
    return [fact for fact in read_facts(uses) if fact.startswith("PersistentVolumeClaim/")]


def _check_keys(world: World, ref: Ref) -> Iterator[Finding]:
    """Yield that a workload takes a key from an object that is there and doesn't have it."""
    state = world.states[ref]
    for kind, name, key in _read_env(state["labels"].get("env", "")):
        source = world.states.get(ref._replace(kind=kind, name=name))
        if source is not None and key and key not in source["labels"].get("keys", "").split(","):
            says = f"it needs key {key} of {kind} {name}, which doesn't have it"
            evidence = (state["chunk_id"], source["chunk_id"])
            yield Finding(ref, "missing-key", says, INFERRED, evidence, seen_at(state))


def _check_backends(world: World, ingress: Ref) -> Iterator[Finding]:
    """Yield that an ingress leads to a port that its service doesn't have."""
    state = world.states[ingress]
    for fact in read_facts(state["labels"].get("backends", "")):
        name, _, port = fact.partition(":")
        ports = list_service_ports(world, ingress._replace(kind="Service", name=name))
        if port.isdecimal() and ports and port not in ports:
            says = f"it leads to port {port} of Service {name}, which listens on {', '.join(ports)}"
            news = is_felt(world, ingress)
            yield Finding(
                ingress, "ingress-port", says, SEEN, (state["chunk_id"],), seen_at(state), alone=news
            )
