"""Which service something belongs to: one order of names for log lines and for objects, so that they meet."""

from collections.abc import Iterable, Mapping
from typing import Final

# Written like this, or with underscores in place of dots and slashes, as Fluent Bit, Fluentd and Loki do.
_APP_LABELS: Final = ("app.kubernetes.io/name", "k8s-app", "app", "app.kubernetes.io/instance")
_UNDERSCORES: Final = str.maketrans("./-", "___")
# Labels that a shipper took apart at the dots are nested as deep as this.
_DEEPEST: Final = 4


def find_app(labels: object) -> str:
    """Return the name that labels give an application, or nothing.

    Args:
        labels: Of a pod or another object, their names written with dots, nested or with underscores.

    Example:
        >>> find_app({"app": "server", "app.kubernetes.io/name": "shop"})
        'shop'
        >>> find_app({"app_kubernetes_io/name": "shop"})
        'shop'
    """
    if not isinstance(labels, Mapping):
        return ""
    named = {name.translate(_UNDERSCORES): value for name, value in _flatten(labels, "", _DEEPEST)}
    found = (named.get(label.translate(_UNDERSCORES)) for label in _APP_LABELS)
    return next((name for name in found if name), "")


def _flatten(labels: Mapping[str, object], above: str, depth: int) -> Iterable[tuple[str, str]]:
    for name, value in labels.items():
        if isinstance(value, str):
            yield above + name, value
        elif isinstance(value, Mapping) and depth:
            yield from _flatten(value, f"{above}{name}.", depth - 1)
