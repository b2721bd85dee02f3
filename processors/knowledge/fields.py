"""Parts of a JSON object that may be missing, null, or of another type than its API gives.

An object may come from any shipper. What can be read of it is told, and one odd field takes no other along.
"""

from typing import Any, Final

Object = dict[str, Any]

# Numbers of more digits count nothing.
_DIGITS: Final = 15
_LARGEST: Final = 10**_DIGITS


def take(whole: object, *path: str) -> Any:
    """Return what stands at a path of names, or None.

    Example:
        >>> take({"spec": {"nodeName": "n1"}}, "spec", "nodeName"), take({"spec": None}, "spec", "nodeName")
        ('n1', None)
    """
    for name in path:
        if not isinstance(whole, dict):
            return None
        whole = whole.get(name)
    return whole


def take_object(whole: object, *path: str) -> Object:
    """Return the object at a path, or an empty one."""
    found = take(whole, *path)
    return found if isinstance(found, dict) else {}


def take_objects(whole: object, *path: str) -> list[Object]:
    """Return the objects of the list at a path; what is no object there is left out.

    Example:
        >>> take_objects({"containers": [{"name": "app"}, None]}, "containers")
        [{'name': 'app'}]
    """
    found = take(whole, *path)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def take_text(whole: object, *path: str) -> str:
    """Return the text or number at a path as text on one line, or nothing.

    Example:
        >>> take_text({"port": 8080}, "port"), take_text({"message": "low on \\n memory"}, "message")
        ('8080', 'low on memory')
    """
    found = take(whole, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return " ".join(str(found).split())


def take_texts(whole: object, *path: str) -> list[str]:
    """Return the texts of the list at a path."""
    found = take(whole, *path)
    return [part for part in found if isinstance(part, str)] if isinstance(found, list) else []


def take_count(whole: object, *path: str, default: int = 0) -> int:
    """Return the whole number at a path, be it written as text, or the default.

    Example:
        >>> take_count({"replicas": "3"}, "replicas"), take_count({"replicas": 1e999}, "replicas", default=1)
        (3, 1)
    """
    found = take(whole, *path)
    if isinstance(found, str) and found.isdecimal() and len(found) <= _DIGITS:
        return int(found)
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < _LARGEST:
        return default
    return int(found)


def take_labels(whole: object, *path: str) -> dict[str, str]:
    """Return the names and texts of the object at a path, such as labels or a selector."""
    return {name: value for name, value in take_object(whole, *path).items() if isinstance(value, str)}
