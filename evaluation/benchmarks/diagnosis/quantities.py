"""Quantities of resources as objects write them."""

from typing import Final

_UNITS: Final = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}


def read_quantity(text: object) -> float:
    """Return a quantity as a number: processors, bytes or a count.

    Example:
        >>> read_quantity("250m"), read_quantity("1Gi"), read_quantity("3")
        (0.25, 1073741824.0, 3.0)
    """
    written = str(text)
    if written.endswith("m"):
        return float(written[:-1]) / 1_000
    for unit, factor in _UNITS.items():
        if written.endswith(unit):
            return float(written.removesuffix(unit)) * factor
    return float(written)


def write_quantity(name: str, amount: float) -> str:
    """Return an amount of a resource as the API writes it.

    Example:
        >>> write_quantity("requests.cpu", 0.25), write_quantity("pods", 3), write_quantity("memory", 1 << 20)
        ('250m', '3', '1Mi')
    """
    if name.endswith("cpu"):
        return f"{amount:.0f}" if amount == int(amount) else f"{amount * 1000:.0f}m"
    if name.endswith("memory"):
        return f"{amount / (1 << 20):.0f}Mi"
    return f"{amount:.0f}"
