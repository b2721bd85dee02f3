"""What a parameter's value may look like, by its kind; whatever else comes is refused, not repaired."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from processors.knowledge.actions.resources import find_resource

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal[
    "namespace", "name", "resource", "integer", "image", "duration", "choice",
    "text", "promql", "manifest", "key",
]  # fmt: skip


class Form(NamedTuple):
    """Of a kind of values: in words, as a pattern, and how long at most."""

    form: str
    pattern: str
    longest: int


_LABEL: Final = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
# No control characters, and no half characters or marks that turn a line's direction.
_LINE: Final = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"

KINDS: Final[dict[Kind, Form]] = {
    "namespace": Form("a namespace's name", _LABEL, 63),
    "name": Form("a name as Kubernetes allows it", rf"{_LABEL}(?:\.{_LABEL})*", 253),
    "resource": Form("a kind of objects that the catalogue knows", r"[a-z]+", 40),
    "integer": Form("a whole number", r"[0-9]{1,9}", 9),
    "image": Form(
        "an image with a tag or digest",
        r"(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?(?::[0-9]{1,5})?/)?"
        r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*"
        r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})",
        512,
    ),
    "duration": Form("a time such as 90s, 30m or 1h30m", r"(?:[0-9]{1,5}[dhms]){1,4}", 24),
    "choice": Form("one of its choices", r"[A-Za-z0-9_][A-Za-z0-9_.-]*", 100),
    "text": Form("one line of text", rf"{_LINE}+", 500),
    "promql": Form("a PromQL expression", rf"(?:{_LINE}|[\n\t])+", 2_000),
    "manifest": Form("a manifest in YAML", r"(?:[^\x00-\x08\x0b-\x1f\x7f]|\r)+", 65_536),
    "key": Form("an id of letters, digits and _ . : + / = @ -", r"[A-Za-z0-9_][A-Za-z0-9_.:+/=@-]*", 250),
}  # fmt: skip

_COMPILED: Final = {kind: re.compile(form.pattern) for kind, form in KINDS.items()}
_UNITS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_AMOUNT: Final = re.compile(r"([0-9]+)([dhms])")


def read_value(kind: Kind, value: Any, choices: Sequence[str] = ()) -> str | int | None:
    """Return a value in its one writing, None if it isn't of its kind.

    Args:
        kind: Of the parameter.
        value: As it came.
        choices: The only ones that are good; empty: all of the kind.

    Example:
        >>> read_value("resource", "deploy"), read_value("integer", "3"), read_value("integer", "3; id")
        ('deployment', 3, None)
        >>> read_value("name", "--kubeconfig=/tmp/x"), read_value("image", "shop/api:1.2")
        (None, 'shop/api:1.2')
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    if len(text) > KINDS[kind].longest or not _COMPILED[kind].fullmatch(text):
        return None
    if kind == "integer":
        return int(text)
    if kind == "resource":
        resource = find_resource(text)
        text = resource.name if resource else ""
    if choices and text not in choices:
        return None
    return text or None


def read_amount(value: str | int) -> int:
    """Return a whole number, or the seconds of a duration.

    Example:
        >>> read_amount(3), read_amount("1h30m"), read_amount("90s")
        (3, 5400, 90)
    """
    if isinstance(value, int):
        return value
    return sum(int(count) * _UNITS[unit] for count, unit in _AMOUNT.findall(value))
