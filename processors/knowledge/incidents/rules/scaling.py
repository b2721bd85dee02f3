"""What is wrong with autoscalers."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.incidents.finding import SEEN, SYMPTOM, Finding
from processors.knowledge.incidents.health import is_fine
from processors.knowledge.incidents.observation import seen_at
from processors.knowledge.incidents.standing import is_news
from processors.knowledge.incidents.world import World, walk_states

# So it says where none of its target's pods is ready to be measured.
_UNMEASURED: Final = re.compile(r"no metrics returned|did not receive metrics|missing metrics", re.IGNORECASE)


def find_scaler_faults(world: World) -> Iterator[Finding]:
    """Yield autoscalers that can't scale, that have no target, or that are at their maximum."""
    for ref, state in walk_states(world, "HorizontalPodAutoscaler"):
        labels, evidence, since = state["labels"], (state["chunk_id"],), seen_at(state)
        kind, _, name = labels.get("target", "").partition("/")
        target = ref._replace(kind=kind, name=name)
        is_known = bool(world.list_kind(ref, kind))
        if target not in world.states and is_known:
            says = f"it can't scale: its target {kind} {name} doesn't exist"
            yield Finding(ref, "scaler-target", says, SEEN + 0.05, evidence, since)
        elif world.labels(target).get("desired") == "0":
            says = f"it is scaled to zero, so its autoscaler {ref.name} is switched off"
            own = (world.states[target]["chunk_id"], *evidence)
            news = is_news(world, target)
            yield Finding(target, "scaled-to-zero", says, 0.8, own, since, "warning", alone=news)
        elif labels.get("unable"):
            says = f"it can't scale {kind} {name}: {labels['unable']}"
            follows = bool(_UNMEASURED.search(labels["unable"])) and is_fine(world, target) is False
            strength = SYMPTOM if follows else SEEN
            yield Finding(ref, "scaler", says, strength, evidence, since, alone=not follows)
        elif state["severity"] == "warning":
            most = labels.get("maximum", "unknown")
            says = f"it is at its maximum of {most} replicas and can't scale {kind} {name} further up"
            news = is_news(world, ref) or world.labels(target) != {}
            yield Finding(ref, "scaler-maximum", says, 0.7, evidence, since, "warning", alone=news)
