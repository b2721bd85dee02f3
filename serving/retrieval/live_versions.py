"""Which versions are live, read for each question and shared by those who ask at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from processors.versions.names import find_version
from serving.context.correlation import name_search
from serving.context.metrics import time_stage
from serving.faults import NoKnowledgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.knowledge.chunk import Pipeline
    from serving.clients.lifespan import Clients

# Of both pipelines, so that all questions can share one read.
_ALIASES: Final = "rag*,cag*"


async def require_live_versions(clients: Clients, pipelines: Sequence[Pipeline]) -> dict[str, str | None]:
    """Return the version that each pipeline's read alias stands for, None where there is no alias yet.

    Raises:
        NoKnowledgeError: None of the pipelines has a live version.
    """
    with time_stage("versions"):
        versions = await find_live_versions(clients, pipelines)
    if not any(versions.values()):
        names = " or ".join(pipelines)
        raise NoKnowledgeError(
            f"No version of {names} is live yet: run the {names} pipeline in Airflow first."
        )
    return versions


async def find_live_versions(clients: Clients, pipelines: Sequence[Pipeline]) -> dict[str, str | None]:
    """Return the version that each pipeline's read alias stands for, None where there is no alias yet.

    Searching the version by its own name keeps a swap from mixing versions within one answer. The read begins
    after the question has come, so no swap that had ended by then is missed.
    """
    live = await clients.live.get(lambda: _read_aliases(clients))
    return {pipeline: live.get(pipeline) for pipeline in pipelines}


async def _read_aliases(clients: Clients) -> dict[str, str]:
    # With a wildcard, an alias that doesn't exist is no error.
    answer = await clients.search.indices.get_alias(name=_ALIASES, headers=name_search())
    return {alias: find_version(index) for index, body in answer.items() for alias in body["aliases"]}
