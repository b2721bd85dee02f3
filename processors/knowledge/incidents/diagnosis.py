"""Incidents out of observations: rules, ranking, grouping, and what of it each incident tells."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from processors.knowledge.incidents.changes import list_changes
from processors.knowledge.incidents.finding import Finding, Link
from processors.knowledge.incidents.grouping import Group, choose_causes, group_findings
from processors.knowledge.incidents.incident import Affected, Cause, Incident, Ref, Seen, say_of
from processors.knowledge.incidents.observation import Observation, seen_at
from processors.knowledge.incidents.ranking import Ranked, merge_findings, score_findings
from processors.knowledge.incidents.rules.all import RULES
from processors.knowledge.incidents.world import World, build_world

_MOST_CAUSES: Final = 5
_MOST_AFFECTED: Final = 12
_MOST_EVIDENCE: Final = 24
_MOST_NAMES: Final = 60
_LONGEST_LINE: Final = 300
# Labels of metrics and alerts that name what they are of.
_NAMES: Final = ("pod", "node", "instance", "Hostname", "hostname", "host", "container")


def find_incidents(observations: Sequence[Observation], now: datetime) -> list[Incident]:
    """Return what is wrong at a moment, the gravest and surest first.

    The same observations give the same incidents, in whatever order they come.

    Args:
        observations: Chunks of the kinds in `observation.KINDS`: what is abnormal, and the states of objects.
            All of them may be seen by whoever is told: `views` chooses them.
        now: The moment.
    """
    world = build_world(observations, now)
    told = [each for rule in RULES for each in rule(world)]
    findings = merge_findings(each for each in told if isinstance(each, Finding))
    links = [each for each in told if isinstance(each, Link)]
    ranked = score_findings(world, findings, links)
    known = {one["chunk_id"]: one for one in observations}
    incidents = [_tell(world, group, known) for group in group_findings(ranked, links)]
    return sorted(incidents, key=lambda one: (one.severity, -one.causes[0].score, one.key))


def _tell(world: World, group: Group, known: dict[str, Observation]) -> Incident:
    first = group.causes[0].finding
    root = first.object
    cluster = _find_cluster(world, root, [known[id_] for id_ in first.evidence if id_ in known])
    everything = [one.finding for one in dict.fromkeys((*group.causes, *group.symptoms))]
    evidence = tuple(dict.fromkeys(id_ for one in everything for id_ in one.evidence))[:_MOST_EVIDENCE]
    seen = [known[id_] for id_ in evidence if id_ in known]
    began = min(one.since for one in everything)
    objects = list(dict.fromkeys(one.object for one in everything))
    return Incident(
        key="/".join((cluster, root.namespace, root.kind, root.name, first.rule)),
        title=say_of(root, first.says),
        causes=tuple(_tell_cause(one) for one in choose_causes(group.causes)[:_MOST_CAUSES]),
        affected=tuple(_list_affected(root, group.symptoms)),
        changes=tuple(list_changes(world, objects, began)),
        seen=tuple(_tell_evidence(one) for one in seen),
        began_at=began,
        observed_at=max((seen_at(one) for one in seen), default=began),
        severity=min(one.severity for one in everything),
        cluster=cluster,
        namespace=root.namespace,
        service=_find_service(world, root),
        evidence=evidence,
        names=tuple(_list_names(world, objects, seen)),
    )


def _tell_cause(one: Ranked) -> Cause:
    object_, says = one.finding.object, one.finding.says
    return Cause(
        object_.path,
        object_.namespace,
        f"{say_of(object_, says)}.",
        one.score,
        one.finding.evidence,
        one.finding.rule,
    )


def _list_affected(root: Ref, symptoms: Iterable[Ranked]) -> list[Affected]:
    """Return each object that suffers with the strongest that is said of it."""
    told: dict[Ref, Affected] = {}
    for one in symptoms:
        ref = one.finding.object
        if ref != root and ref not in told:
            told[ref] = Affected(ref.path, ref.namespace, one.finding.says, one.finding.evidence)
    return [*told.values()][:_MOST_AFFECTED]


def _tell_evidence(one: Observation) -> Seen:
    line = one["text"].partition("\n")[0] or one["title"]
    if one["kind"] == "log_pattern":
        line = f"{one['title']} ({one['labels'].get('count', '1')} lines)"
    return Seen(line[:_LONGEST_LINE], one["chunk_id"], _find_command(one))


def _find_command(one: Observation) -> str:
    cite = one["cite"]
    return str(cite.get("command") or cite.get("query") or "")


def _find_cluster(world: World, root: Ref, evidence: Iterable[Observation]) -> str:
    """Return the cluster that the object itself or what shows it tells.

    One that is only concluded names no incident: that ends when a second cluster becomes known.
    """
    return root.cluster if root in world.states else next((one["cluster"] for one in evidence), "")


def _find_service(world: World, root: Ref) -> str:
    state = world.states.get(root)
    if state is not None:
        return state["service"]
    return root.name if root.kind not in ("Node", "ResourceQuota", "Alert") else ""


def _list_names(world: World, objects: Iterable[Ref], seen: Iterable[Observation]) -> Iterator[str]:
    """Yield the names by which a question may mean an incident."""
    names: dict[str, None] = {}
    for ref in objects:
        members = world.members.get(ref, [])
        names |= dict.fromkeys((ref.name, *(member.name for member in members)))
    for one in seen:
        names |= dict.fromkeys(name for label in _NAMES if (name := one["labels"].get(label)))
    yield from [*names][:_MOST_NAMES]
