"""Run by the environment `clouds`: a container group has to come out of Azure's own model as it went in.

What the model doesn't know, it drops; what is of another type, it refuses.
"""

import sys
from pathlib import Path
from typing import Any

import yaml


def main() -> None:
    """Look at one file, and say what is lost of it."""
    # Nothing else of the project has this package.
    from azure.mgmt.containerinstance.models import ContainerGroup

    told = yaml.safe_load(Path(sys.argv[1]).read_text())
    told.pop("apiVersion")  # of the call, and not of the group
    kept = ContainerGroup.deserialize(told).serialize(keep_readonly=True)
    if lost := list_lost(told, kept):
        sys.exit(f"Azure's model has no such thing, or of another form: {', '.join(lost)}")


def list_lost(told: Any, kept: Any, path: str = "") -> list[str]:
    """Name what differs.

    Args:
        told: what went in.
        kept: what came out.
        path: of both, in the file.
    """
    if isinstance(told, dict) and isinstance(kept, dict):
        pairs = [(f"{path}/{name}", value, kept.get(name)) for name, value in told.items()]
    elif isinstance(told, list) and isinstance(kept, list) and len(told) == len(kept):
        pairs = [(f"{path}/{number}", *both) for number, both in enumerate(zip(told, kept, strict=True))]
    else:
        return [] if told == kept else [path]
    return [fault for name, one, other in pairs for fault in list_lost(one, other, name)]


if __name__ == "__main__":
    main()
