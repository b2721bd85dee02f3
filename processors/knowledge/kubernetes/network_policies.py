"""A network policy in words: whose traffic it limits, and what it lets through."""

from datetime import datetime

from processors.knowledge.fields import Object, take_labels, take_objects, take_text, take_texts
from processors.knowledge.kubernetes.facts import write_facts, write_pairs
from processors.knowledge.kubernetes.words import (
    StateDescription,
    Verdict,
    list_moments,
    say_labels,
    say_names,
)


def describe_network_policy(policy: Object, now: datetime) -> StateDescription:
    """Return what is told of a network policy: whose traffic it limits, and what it lets through."""
    selector = take_labels(policy, "spec", "podSelector", "matchLabels")
    whose = f"pods with {say_labels(selector)}" if selector else "all pods of its namespace"
    types = take_texts(policy, "spec", "policyTypes") or ["Ingress"]
    rules = {type_: take_objects(policy, "spec", type_.lower()) for type_ in types}
    closed = [type_.lower() for type_, allowed in rules.items() if not allowed]
    told = f"limits {' and '.join(type_.lower() for type_ in types)} of {whose}"
    told += f": it lets no {' and no '.join(closed)} through" if closed else ""
    details = [
        f"It allows {type_.lower()} {_say_rule(rule, type_)}."
        for type_, allowed in rules.items()
        for rule in allowed
    ]
    labels = {
        "selector": write_pairs(selector),
        "types": ",".join(types),
        "closed": ",".join(closed),
        **{f"allows_{type_.lower()}": _label_rules(allowed, type_) for type_, allowed in rules.items()},
    }
    return StateDescription(Verdict(told, told, "info"), list_moments(policy, now), details, labels)


def _say_rule(rule: Object, type_: str) -> str:
    word = "from" if type_ == "Ingress" else "to"
    peers = say_names(map(_say_peer, take_objects(rule, word))) or "anywhere"
    ports = say_names(
        f"{take_text(port, 'port')}/{take_text(port, 'protocol') or 'TCP'}"
        for port in take_objects(rule, "ports")
    )
    return f"{word} {peers}{f' on {ports}' if ports else ''}"


def _label_rules(allowed: list[Object], type_: str) -> str:
    """Return whom a policy lets through: `*` for anybody, else the labels of pods, with `@` of another space.

    Whoever is let through on some ports only has them behind a slash: `app=web/8080`.
    """
    told = []
    for rule in allowed:
        ports = "+".join(take_text(port, "port") for port in take_objects(rule, "ports"))
        peers = take_objects(rule, "from" if type_ == "Ingress" else "to")
        whom = [*map(_label_peer, peers)] or ["*"]
        told += [f"{peer}/{ports}" if ports else peer for peer in whom]
    return write_facts(told)


def _label_peer(peer: Object) -> str:
    if "ipBlock" in peer:
        return f"@{take_text(peer, 'ipBlock', 'cidr')}"
    pods = write_pairs(take_labels(peer, "podSelector", "matchLabels")).replace(",", "&")
    return f"@{pods}" if "namespaceSelector" in peer else pods or "*"


def _say_peer(peer: Object) -> str:
    if block := take_text(peer, "ipBlock", "cidr"):
        without = take_texts(peer, "ipBlock", "except")
        return f"{block}{f' without {say_names(without)}' if without else ''}"
    pods = say_labels(take_labels(peer, "podSelector", "matchLabels"))
    spaces = say_labels(take_labels(peer, "namespaceSelector", "matchLabels"))
    within = f" in namespaces with {spaces}" if spaces else ""
    within = within or (" in any namespace" if "namespaceSelector" in peer else "")
    return f"{f'pods with {pods}' if pods else 'all pods'}{within}"
