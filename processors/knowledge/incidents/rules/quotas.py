"""What a namespace doesn't let be made: a quota that is used up, a range of limits that isn't kept."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.incidents.finding import STATED, Finding, Link
from processors.knowledge.incidents.health import count, list_pods
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import seen_at
from processors.knowledge.incidents.rules.statements import Statement, list_statements
from processors.knowledge.incidents.world import World, walk_states
from processors.knowledge.kubernetes.facts import read_facts, read_pairs

_EXCEEDED: Final = re.compile(
    r"exceeded quota: (?P<name>[\w.-]+)(?:, requested: (?P<requested>.*?), used: (?P<used>.*?)"
    r", limited: (?P<limited>[^\s;]+?(?:,[^\s;]+?)*))?(?:$|[\s;])"
)
_UNSTATED: Final = re.compile(r"failed quota: (?P<name>[\w.-]+): must specify (?P<what>[^\n]{1,200})")
_LIMITS: Final = re.compile(
    r"(?P<why>(?:maximum|minimum) [\w./-]+ usage per (?:Container|Pod|PersistentVolumeClaim)[^\n\[\]]{0,160}"
    r"|[\w./-]+ max limit to request ratio per (?:Container|Pod)[^\n\[\]]{0,160})"
)


def find_refusals(world: World) -> Iterator[Finding | Link]:
    """Yield quotas and limit ranges that refuse pods, each with the workload that is refused."""
    for statement in list_statements(world):
        if found := _EXCEEDED.search(statement.text):
            quota = _name(statement, "ResourceQuota", found["name"])
            yield from _blame(world, statement, quota, "quota", _say_exceeded(world, quota, found))
        elif found := _UNSTATED.search(statement.text):
            quota = _name(statement, "ResourceQuota", found["name"])
            what = found["what"].rstrip(".")
            says = f"its pods are refused by ResourceQuota {quota.name}: they must specify {what}"
            yield _tell(statement, statement.maker, "quota-unstated", says, STATED)
        elif found := _LIMITS.search(statement.text):
            for range_ in world.list_kind(statement.about, "LimitRange")[:1]:
                yield from _blame(world, statement, range_, "limit-range", found["why"].rstrip(" ."))
            says = f"its pods are refused: {found['why'].rstrip(' .')}"
            yield _tell(statement, statement.maker, "limit-range", says, 0.45)
    yield from _find_full(world)


def _find_full(world: World) -> Iterator[Finding | Link]:
    """Yield quotas that are used up where a workload lacks pods, and nothing says why."""
    for quota, state in walk_states(world, "ResourceQuota"):
        full = read_facts(state["labels"].get("used_up", ""))
        for maker in world.list_kind(quota, "Deployment", "StatefulSet") if full else []:
            labels = world.labels(maker)
            if count(labels, "desired") > max(count(labels, "ready"), len(list_pods(world, maker))):
                amounts = read_pairs(state["labels"].get("used", ""))
                used = ", ".join(f"{name} {amounts.get(name, '')}".strip() for name in full)
                says = f"it is used up: {used}; {maker.kind} {maker.name} lacks pods"
                evidence = (state["chunk_id"], world.states[maker]["chunk_id"])
                yield Finding(quota, "quota", says, 0.75, evidence, seen_at(state), alone=False)
                yield Link(maker, quota, 0.8)


def _name(statement: Statement, kind: str, name: str) -> Ref:
    return statement.about._replace(kind=kind, name=name)


def _say_exceeded(world: World, quota: Ref, found: re.Match[str]) -> str:
    if found["requested"]:
        used = f"{found['used']} of {found['limited']} is used"
        return f"it is used up: {used}, {found['requested']} more was asked for"
    amounts = read_pairs(world.labels(quota).get("used", ""))
    full = [f"{name} {amount}" for name, amount in amounts.items() if _is_full(amount)]
    return f"it is used up{': ' if full else ''}{', '.join(full)}"


def _is_full(amount: str) -> bool:
    used, _, hard = amount.partition("/")
    return used == hard


def _blame(world: World, statement: Statement, limit: Ref, rule: str, says: str) -> Iterator[Finding | Link]:
    """Yield that a limit refuses a workload, and that the workload suffers from it."""
    state = world.states.get(limit)
    refused = statement.maker.path.replace("/", " ")
    yield _tell(statement, limit, rule, f"{says}; it refuses pods of {refused}", STATED)._replace(
        evidence=(statement.evidence, *([state["chunk_id"]] if state else []))
    )
    yield Link(statement.maker, limit, 0.95)
    if statement.maker != limit:
        yield _tell(
            statement, statement.maker, rule, f"its pods are refused by {limit.kind} {limit.name}", 0.45
        )


def _tell(statement: Statement, object_: Ref, rule: str, says: str, strength: float) -> Finding:
    return Finding(object_, rule, says, strength, (statement.evidence,), statement.since)
