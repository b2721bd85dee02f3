"""Before the swap: hold a candidate that passed, so that the service reads it in the shadow."""

import time

import structlog
from opensearchpy import OpenSearch
from redis.exceptions import RedisError

from processors.knowledge.chunk import Pipeline
from processors.settings import Settings
from processors.versions.catalog import find_live
from processors.versions.shadow import ShadowReport, hide_candidate, read_shadow, show_candidate

log = structlog.get_logger(__name__)


def hold_for_shadow(
    client: OpenSearch, settings: Settings, pipeline: Pipeline, index: str
) -> ShadowReport | None:
    """Wait while a share of the live questions is also asked of a candidate, and return what came of it.

    The candidate's alias is taken away however the wait ends. The report decides nothing: it is evidence for
    people, and the swap doesn't wait for questions that nobody asks.

    Args:
        client: OpenSearch.
        settings: Say how large the share is, and how many seconds the wait takes.
        pipeline: Whose candidate it is.
        index: The candidate, which passed the gate.

    Returns:
        None if shadow reading is off, nothing is live to compare with, or Redis is down.
    """
    if (
        not settings.shadow.share
        or not settings.shadow.seconds
        or find_live(client, pipeline) in (None, index)
    ):
        return None
    log.warning("candidate is read in the shadow", index=index, seconds=settings.shadow.seconds)
    try:
        show_candidate(client, pipeline, index)
        time.sleep(settings.shadow.seconds)
    finally:
        hide_candidate(client, pipeline)
    try:
        return read_shadow(settings.redis.url, index)
    except RedisError as error:
        log.warning("nothing is known of the shadow reads", index=index, error=str(error))
        return None


def to_metrics(report: ShadowReport) -> dict[str, float]:
    """Return a report as the metrics of the candidate's run.

    Example:
        >>> means = {"overlap_at_10": 0.9}
        >>> to_metrics({"candidate": "cag-v000002", "questions": 3, "failed": 0, "means": means})
        {'shadow/questions': 3.0, 'shadow/failed': 0.0, 'shadow/overlap_at_10': 0.9}
    """
    counts = {"questions": float(report["questions"]), "failed": float(report["failed"])}
    return {f"shadow/{name}": value for name, value in {**counts, **report["means"]}.items()}
