"""Fields of a JSON object by one plain name, however a shipper writes them.

`service.name` as a key or nested, `service_name`, `serviceName` and `Service-Name` are the same field of the
same meaning, written by different hands. A reader that knows each writing would be a list without end.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

Fields = dict[str, Any]
"""Fields by their plain names: lower case and without the marks that join words."""

_JOINS: Final = str.maketrans("", "", "._-/ ")
# Deeper than any name that is looked for.
_DEEPEST: Final = 8
_LONGEST_NAME: Final = 100


Names = dict[str, None]
"""Plain names in the order in which they count; no two are the same."""


@lru_cache(maxsize=10_000)
def plain_name(name: str) -> str:
    """Return a field's name without what differs between its writings.

    Example:
        >>> plain_name("service.name"), plain_name("ServiceName"), plain_name("@timestamp")
        ('servicename', 'servicename', '@timestamp')
    """
    return name.lower().translate(_JOINS)


def flatten_fields(body: Mapping[str, Any]) -> Fields:
    """Return the fields of an object, those of nested objects too, and the nested objects themselves.

    Of two fields with the same plain name the one that holds something wins, then the first.

    Example:
        >>> flatten_fields({"log": {"level": "info"}, "Message": "ready"})
        {'log': {'level': 'info'}, 'loglevel': 'info', 'message': 'ready'}
    """
    fields: Fields = {}
    _collect(body, "", _DEEPEST, fields)
    return fields


def order_names(*names: str) -> Names:
    """Return names in an order, so that they are found in fields at once."""
    return dict.fromkeys(names)


def has_any(fields: Mapping[str, Any], names: Names) -> bool:
    """Tell whether fields have one of some names.

    A list of names is long, and most events have none of them: this is far faster than to try each.

    Example:
        >>> has_any({"level": "info"}, order_names("severity", "level")), has_any({}, order_names("level"))
        (True, False)
    """
    return not fields.keys().isdisjoint(names.keys())


def _collect(body: Mapping[str, Any], above: str, depth: int, fields: Fields) -> None:
    for name, value in body.items():
        plain = above + plain_name(name[:_LONGEST_NAME])
        if fields.get(plain) in (None, ""):
            fields[plain] = value
        if isinstance(value, dict) and depth and len(plain) <= _LONGEST_NAME:
            _collect(value, plain, depth - 1, fields)
