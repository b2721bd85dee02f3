"""What a version holds of sources that tell each page's own version: a map of pages, beside its positions.

Such a map grows with the pages, and `_meta` is part of the cluster's state, which every node keeps in memory.
So it lies in staging, and `_meta` names it. Positions of Git are a commit each and stay where they are.
"""

from collections.abc import Mapping
from typing import Any

from processors.stores import staging

Positions = dict[str, dict[str, Any]]


def read_held(meta: Mapping[str, Any]) -> Positions:
    """Return the positions of a version by source, with the pages of those that have a map.

    Where the map is lost, `pages` is absent: what is held of them isn't known then, and they are read again.
    """
    url = meta.get("held_pages", "")
    pages = staging.read_json(url) if url and staging.is_present(url) else {}
    return {
        source: {**position, **({"pages": pages[source]} if source in pages else {})}
        for source, position in meta.get("positions", {}).items()
    }


def stage_held(stage_url: str, positions: Mapping[str, Mapping[str, Any]]) -> tuple[Positions, str]:
    """Stage the maps of pages, and return the positions without them and the URL of the maps."""
    pages = {source: position["pages"] for source, position in positions.items() if "pages" in position}
    small = {
        source: {name: value for name, value in position.items() if name != "pages"}
        for source, position in positions.items()
    }
    return small, staging.write_json(stage_url, "held_pages", pages)
