"""Requests for how the platform's own knowledge is: what its versions say of themselves, and their runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from processors.retrieval.readings.platform import EXPERIMENTS, tell_platform
from processors.retrieval.readings.requests import build_seen_query
from processors.versions.names import find_version, own_meta, read_number
from serving.context.correlation import name_search
from serving.context.metrics import time_stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.retrieval.readings.reading import Reading
    from serving.retrieval.readings.asking import Asking

_VERSIONS = "rag-v*,cag-v*"
_MOST_RUNS = 20


async def read_platform(asking: Asking, versions: dict[str, str | None]) -> Reading:
    """Return which versions are live, how they were measured, and why the last was refused.

    Args:
        asking: The question.
        versions: The live ones.
    """
    of_versions = [*asking.anywhere, {"terms": {"service": list(EXPERIMENTS)}}]
    runs, metas = await asyncio.gather(
        asking.find(build_seen_query(of_versions, ("ml_run",), size=_MOST_RUNS)), _read_metas(asking)
    )
    return tell_platform(versions, metas, runs, asking.telling)


async def _read_metas(asking: Asking) -> dict[str, dict[str, Any]]:
    """Return what each version says of itself, the newest first; slices say nothing of themselves."""
    with time_stage("reading"):
        mappings: Mapping[str, Any] = await asking.clients.search.indices.get_mapping(
            index=_VERSIONS, params={"filter_path": "*.mappings._meta"}, headers=name_search()
        )
    metas = {
        index: own_meta(index, body.get("mappings", {}))
        for index, body in mappings.items()
        if find_version(index) == index
    }
    return dict(sorted(metas.items(), key=lambda pair: -read_number(pair[0])))
