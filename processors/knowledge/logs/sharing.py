"""What several events of a message have in common, bounded: it is read again with each of them."""

from collections.abc import Mapping
from typing import Any, Final

_MOST_VALUES: Final = 64


def share_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that each event of a message gets: the first ones, without what is large itself.

    A message of 1 MB may be one half shared fields and the other half events; reading the one half with each
    event of the other would take minutes.

    Example:
        >>> share_fields({"logGroup": "/g", "table": list(range(1_000)), "owner": "7"})
        {'logGroup': '/g', 'owner': '7'}
    """
    shared: dict[str, Any] = {}
    left = _MOST_VALUES
    for name, value in fields.items():
        values = _count_values(value, left)
        if values <= left:
            shared[name] = value
            left -= values
        if not left:
            break
    return shared


def _count_values(value: Any, most: int) -> int:
    """Count a value and all within it, no further than is needed to see that there are more than `most`."""
    values = [value]
    for each in values:
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        if len(values) + len(inner) > most:
            return most + 1
        values.extend(inner)
    return len(values)
