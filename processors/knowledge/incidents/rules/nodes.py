"""What is wrong with nodes, which takes along whatever runs there."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.incidents.finding import STATED, Finding
from processors.knowledge.incidents.health import age
from processors.knowledge.incidents.observation import say_predicate, seen_at
from processors.knowledge.incidents.standing import LONG
from processors.knowledge.incidents.world import World, walk_states
from processors.knowledge.kubernetes.facts import read_facts

# When it began is told beside it.
_SINCE: Final = re.compile(r" since \d[\d:]* UTC on [\d-]+")


def find_node_faults(world: World) -> Iterator[Finding]:
    """Yield nodes that aren't ready, are under pressure, or take no new pods."""
    for ref, state in walk_states(world, "Node"):
        labels, evidence = state["labels"], (state["chunk_id"],)
        if labels.get("ready") == "False":
            says = f"it {_SINCE.sub('', say_predicate(state))}"
            yield Finding(ref, "node-not-ready", says, STATED, evidence, seen_at(state))
            continue
        for pressure in read_facts(labels.get("pressures", "")):
            says = f"it is under {pressure}"
            yield Finding(ref, "node-pressure", says, 0.88, evidence, seen_at(state), "warning")
        if labels.get("cordoned") == "True":
            says = "it takes no new pods (cordoned)"
            news = age(world, ref) <= LONG
            yield Finding(ref, "cordoned", says, 0.5, evidence, seen_at(state), "warning", alone=news)
