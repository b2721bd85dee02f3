"""Why no node takes a pod: what it asks for, where it wants to be, what it doesn't tolerate."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from processors.knowledge.incidents.finding import INFERRED, SEEN, STATED, Finding, Link
from processors.knowledge.incidents.health import age
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import seen_at
from processors.knowledge.incidents.rules.statements import Statement, list_statements
from processors.knowledge.incidents.world import World, matches, walk_states
from processors.knowledge.kubernetes.facts import read_facts, read_pairs
from processors.knowledge.kubernetes.quotas import read_quantity

_SHORT: Final = re.compile(r"\d+ Insufficient ([\w./-]+)")
_TAINT: Final = re.compile(r"untolerated taint\(?s?\)? \{?([^\s:}]+)(?:: ?([^}]*))?\}?")
_NO_NODE: Final = re.compile(r"no nodes available|0/0 nodes")
_SELECTOR: Final = re.compile(
    r"didn't match (?:Pod's )?(?:node (?:affinity/)?selector|node affinity)", re.IGNORECASE
)
_CORDONED: Final = re.compile(r"\d+ node\(s\) were unschedulable")
_CLAIM: Final = re.compile(
    r'unbound immediate PersistentVolumeClaims|persistentvolumeclaim "([^"]+)" (?:not found|is being deleted)'
)
_PATIENCE: Final = timedelta(seconds=60)
# A selector that fits some node isn't why that node takes no pod.
_BESIDE: Final = 0.5
_SCHEDULER: Final = "kube-scheduler"
_SYSTEM: Final = "kube-system"
# The cluster's own taints say that a node is not well.
_OF_CLUSTER: Final = "node.kubernetes.io/"
_REST: Final = (
    ("topology", r"topology spread constraints", "its pods can't be spread as its topology constraints ask"),
    ("affinity", r"pod (?:anti-)?affinity", "its pods' affinity or anti-affinity fits no node"),
    (
        "host-port",
        r"free ports for the requested pod ports",
        "the host port it asks for is taken on each node",
    ),
    ("volume-zone", r"volume node affinity conflict", "its volume is in a place that no fitting node is in"),
)


def find_unschedulable(world: World) -> Iterator[Finding | Link]:
    """Yield why pods can't be scheduled, as the scheduler says it."""
    for statement in list_statements(world):
        if statement.text.startswith("FailedScheduling"):
            yield from _explain(world, statement)
    yield from _find_unassigned(world)


def _find_unassigned(world: World) -> Iterator[Finding | Link]:
    """Yield that nobody looks for nodes: pods wait, and no scheduler says anything of them."""
    for ref, state in walk_states(world, "Pod"):
        labels = state["labels"]
        waits = labels.get("phase") == "Pending" and not labels.get("node") and not labels.get("unscheduled")
        if not waits or world.events.get(ref) or age(world, ref) < _PATIENCE:
            continue
        maker, evidence, since = world.find_maker(ref), (state["chunk_id"],), seen_at(state)
        schedulers = [one for one in world.list_everywhere("Pod") if one.name.startswith(_SCHEDULER)]
        scheduler = schedulers[0] if schedulers else Ref(ref.cluster, _SYSTEM, "Pod", _SCHEDULER)
        yield Finding(maker, "unassigned", "no node is looked for, for a pod of it", 0.4, evidence, since)
        says = f"it assigns no node to pods, such as those of {maker.path}"
        yield Finding(scheduler, "scheduler", says, INFERRED, evidence, since, alone=False)
        yield Link(maker, scheduler, 0.9)


def _explain(world: World, statement: Statement) -> Iterator[Finding | Link]:
    text = statement.text
    if claim := _CLAIM.search(text):
        yield from _blame_claim(world, statement, claim[1] or "")
    short = list(dict.fromkeys(name.rstrip(".") for name in _SHORT.findall(text)))
    if short:
        yield _tell(statement, "resources", _say_shortage(world, statement, short), STATED)
    if _SELECTOR.search(text):
        is_beside = _list_fitting(world, statement) and not _TAINT.search(text)
        strength = _BESIDE if is_beside else SEEN if short else STATED
        yield _tell(statement, "node-selector", _say_selector(world, statement), strength)
    for key, value in _TAINT.findall(text):
        yield from _blame_taint(world, statement, key, value, is_only=not short)
    if _CORDONED.search(text):
        yield from _blame_cordoned(world, statement)
    for rule, pattern, says in _REST:
        if re.search(pattern, text, re.IGNORECASE):
            yield _tell(statement, rule, says, SEEN)
    if _NO_NODE.search(text):
        yield _tell(statement, "no-node", "it can't be scheduled: the cluster has no node for it", INFERRED)


def _tell(statement: Statement, rule: str, says: str, strength: float) -> Finding:
    return Finding(statement.maker, rule, says, strength, (statement.evidence,), statement.since)


def _say_shortage(world: World, statement: Statement, short: list[str]) -> str:
    labels = world.labels(statement.about)
    asked = read_pairs(labels.get("requests") or world.labels(statement.maker).get("requests", ""))
    wanted = ", ".join(f"{asked[name]} {name}" if asked.get(name) else name for name in short)
    most = [f"{amount} {name}" for name in short if (amount := _find_most(world, name))]
    too_much = any(_exceeds(asked.get(name, ""), _find_most(world, name)) for name in short)
    has = (
        f" than any node has (at most {', '.join(most)})" if too_much and most else " than any node has left"
    )
    return f"its pods can't be scheduled: each asks for more{has}: {wanted} (Insufficient {', '.join(short)})"


def _find_most(world: World, name: str) -> str:
    amounts = [
        amount
        for node in world.list_everywhere("Node")
        if (amount := read_pairs(world.labels(node).get("allocatable", "")).get(name, ""))
    ]
    return max(amounts, key=lambda amount: (read_quantity(amount) or 0.0, amount), default="")


def _exceeds(asked: str, most: str) -> bool:
    each = [read_quantity(part) or 0.0 for part in asked.split("+") if part]
    limit = read_quantity(most)
    return limit is not None and sum(each) > limit


def _get_selector(world: World, statement: Statement) -> str:
    labels = world.labels(statement.about)
    return labels.get("node_selector") or world.labels(statement.maker).get("node_selector", "")


def _list_fitting(world: World, statement: Statement) -> list[str]:
    """Return the nodes that a pod's selector fits."""
    wanted = _get_selector(world, statement)
    nodes = world.list_everywhere("Node")
    return [one.name for one in nodes if matches(wanted, world.labels(one).get("node_labels", ""))]


def _say_selector(world: World, statement: Statement) -> str:
    wanted, fitting = _get_selector(world, statement), _list_fitting(world, statement)
    named = f"its node selector {wanted.replace(',', ', ')}" if wanted else "its node selector or affinity"
    if not fitting:
        return f"its pods can't be scheduled: {named} fits no node"
    taints = dict.fromkeys(f"{key}={value}".rstrip("= ") for key, value in _TAINT.findall(statement.text))
    why = f"whose taint {', '.join(taints)} they don't tolerate" if taints else "which takes none of them"
    return f"its pods can't be scheduled: {named} fits only {', '.join(fitting)}, {why}"


def _blame_claim(world: World, statement: Statement, name: str) -> Iterator[Finding | Link]:
    if name and "is being deleted" in statement.text:
        says = f"it needs PersistentVolumeClaim {name}, which is being deleted"
        yield _tell(statement, "missing-claim", says, STATED)
        return
    if name and statement.about._replace(kind="PersistentVolumeClaim", name=name) not in world.states:
        says = f"it needs PersistentVolumeClaim {name}, which doesn't exist"
        yield _tell(statement, "missing-claim", says, STATED)
        return
    yield _tell(statement, "claim-pending", "it waits for a PersistentVolumeClaim that isn't bound", 0.4)


def _blame_taint(
    world: World, statement: Statement, key: str, value: str, *, is_only: bool
) -> Iterator[Finding | Link]:
    """Yield that a pod doesn't tolerate a taint, and the nodes that have it where no node is without."""
    taint = f"{key}={value.strip()}" if value.strip() else key
    nodes = world.list_everywhere("Node")
    tainted = [
        node
        for node in nodes
        if any(fact.startswith(key) for fact in read_facts(world.labels(node).get("taints", "")))
    ]
    is_everywhere = bool(tainted) and len(tainted) == len(nodes)
    says = f"its pods can't be scheduled: they don't tolerate the taint {taint}"
    of_cluster = key.startswith(_OF_CLUSTER)
    strength = 0.5 if of_cluster or is_everywhere else STATED if is_only else SEEN
    yield _tell(statement, "taint", says, strength)
    for node in tainted if of_cluster or is_everywhere else []:
        yield Link(statement.maker, node, 0.9)
        if not of_cluster:
            evidence = (world.states[node]["chunk_id"], statement.evidence)
            told = f"its taint {taint} keeps pods of {statement.maker.path} away, and no node is without it"
            yield Finding(node, "taint", told, STATED, evidence, statement.since)


def _blame_cordoned(world: World, statement: Statement) -> Iterator[Finding | Link]:
    nodes: list[Ref] = world.list_everywhere("Node")
    cordoned = [node for node in nodes if world.labels(node).get("cordoned") == "True"]
    yield _tell(
        statement, "cordoned", "its pods can't be scheduled: a node takes no new pods (cordoned)", 0.5
    )
    for node in cordoned:
        yield Link(statement.maker, node, 0.9)
        says = f"it takes no new pods (cordoned), so pods of {statement.maker.path} can't be scheduled"
        evidence = (world.states[node]["chunk_id"], statement.evidence)
        yield Finding(node, "cordoned", says, 0.9, evidence, statement.since)
