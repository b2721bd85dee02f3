"""The states of resource quotas and limit ranges in words."""

import re
from datetime import datetime
from typing import Final

from processors.knowledge.fields import Object, take_object, take_objects, take_text
from processors.knowledge.kubernetes.facts import write_pairs
from processors.knowledge.kubernetes.words import StateDescription, Verdict, list_moments, say_names

_QUANTITY: Final = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)(?:e(\d{1,2}))?([numkMGTPE]?i?)")
_BINARY: Final = {name: 1024.0**n for n, name in enumerate(("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))}
_DECIMAL: Final = {name: 1000.0**n for n, name in enumerate(("", "k", "M", "G", "T", "P", "E"))}
_SMALL: Final = {"n": 1e-9, "u": 1e-6, "m": 1e-3}
_UNITS: Final = {**_BINARY, **_DECIMAL, **_SMALL}
_NEARLY: Final = 0.9


def read_quantity(text: str) -> float | None:
    """Return an amount as Kubernetes writes it as a number, or None if it is none.

    Example:
        >>> read_quantity("500m"), read_quantity("2Gi"), read_quantity("many")
        (0.5, 2147483648.0, None)
    """
    match = _QUANTITY.fullmatch(text)
    if match is None or match[3] not in _UNITS:
        return None
    return float(match[1]) * 10.0 ** int(match[2] or 0) * _UNITS[match[3]]


def describe_quota(quota: Object, now: datetime) -> StateDescription:
    """Return what is told of a resource quota: what is used up, and how much is used of the rest."""
    hard = take_object(quota, "status", "hard") or take_object(quota, "spec", "hard")
    used = take_object(quota, "status", "used")
    shares = {name: _divide(take_text(used, name), take_text(hard, name)) for name in sorted(hard)}
    told = {name: f"{name} {take_text(used, name) or '0'} of {take_text(hard, name)}" for name in shares}
    full = [name for name, share in shares.items() if share >= 1]
    nearly = [name for name, share in shares.items() if _NEARLY <= share < 1]
    if full:
        gist = f"is used up: {say_names(full)}"
        verdict = Verdict(f"is used up: {say_names(told[name] for name in full)}", gist, "warning")
    elif nearly:
        gist = f"is nearly used up: {say_names(nearly)}"
        said = f"is nearly used up: {say_names(told[name] for name in nearly)}"
        verdict = Verdict(said, gist, "info")
    else:
        verdict = Verdict("has room left", "has room left", "info")
    details = [f"Used: {', '.join(told.values())}."] if told else []
    amounts = {name: f"{take_text(used, name) or '0'}/{take_text(hard, name)}" for name in shares}
    labels = {"used_up": ",".join(full), "used": write_pairs(amounts)}
    return StateDescription(verdict, list_moments(quota, now), details, labels)


def _divide(used: str, hard: str) -> float:
    amount, limit = read_quantity(used), read_quantity(hard)
    if amount is None or limit is None:
        return 0.0
    # A limit of nothing forbids a thing: nobody has used that up.
    return amount / limit if limit else float(amount > 0)


def describe_limit_range(range_: Object, now: datetime) -> StateDescription:
    """Return what is told of a limit range: what containers, pods and claims get and may have."""
    limits = take_objects(range_, "spec", "limits")
    told = f"sets limits for {say_names(take_text(limit, 'type') for limit in limits) or 'nothing'}"
    details = [
        f"{take_text(limit, 'type')}: "
        + "; ".join(
            f"{name} {', '.join(f'{what} {take_text(amounts, what)}' for what in sorted(amounts))}"
            for name in ("default", "defaultRequest", "min", "max", "maxLimitRequestRatio")
            if (amounts := take_object(limit, name))
        )
        + "."
        for limit in limits
    ]
    return StateDescription(Verdict(told, told, "info"), list_moments(range_, now), details, {})
