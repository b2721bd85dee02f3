"""Which service something belongs to: one order of names for log lines and for objects, so that they meet."""

from collections.abc import Mapping
from typing import Final

from processors.knowledge.flat_fields import Fields, flatten_fields, plain_name

APP_LABELS: Final = tuple(
    plain_name(label) for label in ("app.kubernetes.io/name", "k8s-app", "app", "app.kubernetes.io/instance")
)
"""Plain names of the labels that name an application, the surest first."""


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
    return pick_app(flatten_fields(labels), "") if isinstance(labels, Mapping) else ""


def pick_app(fields: Fields, above: str) -> str:
    """Return the same of labels that stand among other fields.

    Args:
        fields: As `flatten_fields` gives them.
        above: What the plain names of the labels begin with.

    Example:
        >>> pick_app({"kuberneteslabelsapp": "shop"}, "kuberneteslabels")
        'shop'
    """
    found = (fields.get(above + label) for label in APP_LABELS)
    return next((name for name in found if name and isinstance(name, str)), "")
