"""What keeps a claim from its volume: a class that isn't there, no volume that fits."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.incidents.finding import SEEN, STATED, Finding, Link
from processors.knowledge.incidents.health import SETTLED, is_stale
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import Observation, began_at
from processors.knowledge.incidents.world import World, matches, walk_states
from processors.knowledge.kubernetes.facts import read_facts
from processors.knowledge.kubernetes.quotas import read_quantity

_NO_CLASS: Final = re.compile(r'storageclass(?:\.storage\.k8s\.io)? "(?P<name>[^"]+)" not found')
_NO_VOLUME: Final = re.compile(r"no persistent volumes available")
_WAITS: Final = ("WaitForFirstConsumer", "WaitForPodScheduled")
_MAKES_NONE: Final = "kubernetes.io/no-provisioner"
_TROUBLES: Final = ("ProvisioningFailed", "FailedBinding", "VolumeMismatch", "ClaimLost")


def find_claim_faults(world: World) -> Iterator[Finding | Link]:
    """Yield claims that aren't bound, or have lost their volume, and why."""
    for ref, state in walk_states(world, "PersistentVolumeClaim"):
        phase = state["labels"].get("phase", "")
        if phase == "Bound" or (phase == "Pending" and world.now - began_at(state) < SETTLED):
            continue
        yield _explain(world, ref, state)


def _explain(world: World, claim: Ref, state: Observation) -> Finding:
    events = [one for one in world.events.get(claim, []) if not is_stale(world, one, claim)]
    said = [one for one in events if one["labels"].get("reason") in _TROUBLES]
    evidence = (state["chunk_id"], *(one["chunk_id"] for one in said))
    messages = " ".join(one["labels"].get("message", "") for one in said)
    class_ = state["labels"].get("storage_class", "")
    since = began_at(state)
    known = [ref.name for ref in world.list_everywhere("StorageClass") if ref.cluster == claim.cluster]
    if state["labels"].get("phase") == "Lost":
        return Finding(claim, "claim-lost", "it has lost its volume", STATED, evidence, since)
    missing = _NO_CLASS.search(messages)
    if missing or (class_ and known and class_ not in known):
        name = missing["name"] if missing else class_
        there = f"; there is {', '.join(sorted(known)[:5])}" if known else ""
        says = f"it is not bound: its storage class {name} doesn't exist{there}"
        return Finding(claim, "storage-class", says, STATED, evidence, since)
    if unfit := _compare_volumes(world, claim, state["labels"]):
        return Finding(claim, "volume-mismatch", f"it is not bound: {unfit}", STATED, evidence, since)
    if said:
        none = "no volume fits it, and no storage class makes one" if _NO_VOLUME.search(messages) else ""
        says = f"it is not bound: {none or said[-1]['labels'].get('message', '')}"
        return Finding(claim, "claim-pending", says, 0.9, evidence, since)
    classes = [world.labels(claim._replace(namespace="", kind="StorageClass", name=class_))]
    # Such a class gives a volume once a pod asks for it.
    waits = any(labels.get("binding") == _WAITS[0] for labels in classes)
    waits = waits or any(one["labels"].get("reason") in _WAITS for one in events)
    says = "it is not bound: it waits for a volume"
    return Finding(
        claim, "claim-pending", says, 0.3 if waits else SEEN, evidence, since, "warning", alone=not waits
    )


def _compare_volumes(world: World, claim: Ref, labels: dict[str, str]) -> str:
    """Return why the volume that a claim names, or the one that fits best, isn't bound to it."""
    volumes = [ref for ref in world.list_everywhere("PersistentVolume") if ref.cluster == claim.cluster]
    named = labels.get("volume", "")
    if named:
        volume = claim._replace(namespace="", kind="PersistentVolume", name=named)
        if volume not in world.states:
            return f"PersistentVolume {named}, which it names, doesn't exist" if volumes else ""
        return _say_misfit(named, labels, world.labels(volume), f"{claim.namespace}/{claim.name}")
    class_ = claim._replace(namespace="", kind="StorageClass", name=labels.get("storage_class", ""))
    if world.labels(class_).get("provisioner", _MAKES_NONE) != _MAKES_NONE:
        return ""  # it is given a volume of its own, whatever others there are
    same = [ref for ref in volumes if world.labels(ref).get("storage_class") == labels.get("storage_class")]
    free = [ref for ref in same or volumes if world.labels(ref).get("phase") in ("Available", "Released")]
    told = [_say_misfit(ref.name, labels, world.labels(ref), "") for ref in free]
    return min(filter(None, told), default="") if all(told) else ""


def _say_misfit(name: str, claim: dict[str, str], volume: dict[str, str], own: str) -> str:
    """Return why a volume doesn't fit a claim, or nothing."""
    called = f"PersistentVolume {name}"
    taken = volume.get("claim", "")
    if taken and taken != own:
        return f"{called} is bound to another claim, {taken}"
    if volume.get("storage_class") != claim.get("storage_class"):
        wanted = claim.get("storage_class") or "none"
        return f"{called} has storage class {volume.get('storage_class') or 'none'}, and it wants {wanted}"
    asked, has = (read_quantity(of.get("size", "")) for of in (claim, volume))
    if asked is not None and has is not None and has < asked:
        return f"{called} has {volume['size']}, and it asks for {claim['size']}"
    modes = set(read_facts(claim.get("modes", ""))) - set(read_facts(volume.get("modes", "")))
    if modes:
        offered = volume.get("modes") or "nothing"
        return f"{called} offers access mode {offered}, and it asks for {', '.join(sorted(modes))}"
    selector = claim.get("selector", "")
    if selector and not matches(selector, volume.get("volume_labels", "")):
        return f"{called} doesn't have the labels that its selector asks for ({selector.replace(',', ', ')})"
    return ""
