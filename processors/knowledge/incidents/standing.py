"""What is wrong for long without anybody suffering from it is no news."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from processors.knowledge.incidents.health import age, is_stale
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.relations import find_host
from processors.knowledge.incidents.world import WORKLOADS, World, walk_states
from processors.knowledge.kubernetes.facts import read_facts, read_pairs
from processors.knowledge.severities import CALM

LONG: Final = timedelta(hours=24)
"""What nobody has complained of for so long is how things are."""


def is_news(world: World, ref: Ref) -> bool:
    """Tell whether an object was made or changed lately."""
    return age(world, ref) <= LONG


def is_felt(world: World, ref: Ref) -> bool:
    """Tell whether an object is new, or something in its namespace complains now."""
    return is_news(world, ref) or any(
        place == (ref.cluster, ref.namespace) for place in _list_complaints(world)
    )


def is_wanted(world: World, service: Ref) -> bool:
    """Tell whether something is led to a service, or a complaint of somebody else names it."""
    path = f"Service/{service.name}"
    for ref, state in walk_states(world, "Ingress", *WORKLOADS):
        if ref.namespace == service.namespace and path in read_facts(state["labels"].get("uses", "")):
            return True
        hosts = read_pairs(state["labels"].get("addresses", "")).values()
        if any(find_host(world, ref, host.partition(":")[0]) == service for host in hosts):
            return True
    named = re.compile(rf"(?<![\w-]){re.escape(service.name)}(?![\w-])")
    return any(
        seen["kind"] in ("log_pattern", "alert")
        and (seen["cluster"], seen["namespace"]) == (service.cluster, service.namespace)
        and seen["severity"] not in CALM
        and seen["service"] != service.name
        and named.search(seen["text"])
        for seen in world.others
    )


def _list_complaints(world: World) -> Iterator[tuple[str, str]]:
    """Yield where logs or alerts tell of trouble, or events that aren't stale."""
    for seen in world.others:
        if seen["kind"] in ("log_pattern", "alert") and seen["severity"] not in CALM:
            yield seen["cluster"], seen["namespace"]
    for about, events in world.events.items():
        if any(one["severity"] not in CALM and not is_stale(world, one, about) for one in events):
            yield about.cluster, about.namespace
