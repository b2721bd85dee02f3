"""How objects relate, as far as trouble comes along: from what suffers to what it may suffer from."""

from collections.abc import Iterator

from processors.knowledge.incidents.finding import Link
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.world import WORKLOADS, World, list_makers, walk_states
from processors.knowledge.kubernetes.facts import read_facts, read_pairs

_USES: dict[str, float] = {"PersistentVolumeClaim": 0.9, "ConfigMap": 0.7, "Secret": 0.7, "Service": 0.9}


def relate_objects(world: World) -> Iterator[Link]:
    """Yield the relations of all objects.

    A workload suffers from what its pods use and from the node they run on, a service from the workloads it
    selects, its endpoints from it, an ingress from its services, an autoscaler from what it scales, a claim
    from its storage class, and a client from the services whose addresses it is given.
    """
    for ref, _ in walk_states(world, "Pod", *WORKLOADS, "Ingress"):
        yield from _relate_uses(world, ref)
        yield from _relate_addresses(world, ref)
    for ref, state in walk_states(world, "Pod"):
        if node := state["labels"].get("node"):
            yield Link(world.find_maker(ref), Ref(ref.cluster, "", "Node", node), 0.5)
    for ref, state in walk_states(world, "Service"):
        for maker in list_makers(world, ref, state["labels"].get("selector", "")):
            yield Link(ref, maker, 0.9)
    for ref, state in walk_states(world, "EndpointSlice"):
        if name := state["labels"].get("of_service"):
            yield Link(ref, ref._replace(kind="Service", name=name), 0.95)
    for ref, state in walk_states(world, "HorizontalPodAutoscaler"):
        kind, _, name = state["labels"].get("target", "").partition("/")
        yield Link(ref, ref._replace(kind=kind, name=name), 0.7)
    for ref, state in walk_states(world, "PersistentVolumeClaim"):
        if name := state["labels"].get("storage_class"):
            yield Link(ref, Ref(ref.cluster, "", "StorageClass", name), 0.5)
    for ref, _ in walk_states(world, "ReplicaSet", "Job", "Pod"):
        if (maker := world.find_maker(ref)) != ref:
            yield Link(ref, maker, 0.95)


def _relate_uses(world: World, ref: Ref) -> Iterator[Link]:
    maker = world.find_maker(ref)
    for fact in read_facts(world.labels(ref).get("uses", "")):
        kind, _, name = fact.partition("/")
        if kind in _USES:
            yield Link(maker, ref._replace(kind=kind, name=name), _USES[kind])


def _relate_addresses(world: World, ref: Ref) -> Iterator[Link]:
    for address in read_pairs(world.labels(ref).get("addresses", "")).values():
        if service := find_host(world, ref, address.partition(":")[0]):
            yield Link(world.find_maker(ref), service, 0.5)


def find_host(world: World, client: Ref, host: str) -> Ref | None:
    """Return the service that a host's name, or its address in the cluster, means to a client.

    Args:
        world: All that is known.
        client: In whose namespace a bare name is looked up.
        host: Such as `payment`, `payment.shop` or `payment.shop.svc.cluster.local`.
    """
    name, _, rest = host.partition(".")
    namespace = rest.partition(".")[0] or client.namespace
    service = Ref(client.cluster, namespace, "Service", name)
    if service in world.states and (not rest or rest.split(".")[1:2] in ([], ["svc"])):
        return service
    if host.replace(".", "").isdecimal():
        for one, state in walk_states(world, "Service"):
            if one.cluster == client.cluster and state["labels"].get("address") == host:
                return one
    return None


def list_service_ports(world: World, service: Ref) -> list[str]:
    """Return the ports that a service listens on; of one that isn't known none."""
    return [fact.partition(">")[0] for fact in read_facts(world.labels(service).get("ports", ""))]
