"""What the service counted while it read a candidate in the shadow, and the alias that tells it of one.

Sums that Redis has evicted make the report one of fewer questions or of none.
"""

from typing import TypedDict

from opensearchpy import OpenSearch

from processors.knowledge.chunk import Pipeline
from processors.retrieval.agreement import ShadowRead, name_candidate_alias
from processors.stores.shadow_sums import read_sums
from processors.versions.aliases import Action, change_aliases


class ShadowReport(TypedDict):
    """How a candidate stood beside the live version on questions that people asked."""

    candidate: str
    questions: int
    failed: int
    means: dict[str, float]
    """Mean of each measure over the questions; empty if none was compared."""


def read_shadow(redis_url: str, candidate: str) -> ShadowReport:
    """Return what was counted for a candidate.

    Raises:
        redis.exceptions.RedisError: Redis is down.
    """
    sums = read_sums(redis_url, candidate)
    questions = int(sums.get("questions", 0))
    names = ShadowRead.__annotations__ if questions else ()
    means = {name: sums.get(name, 0.0) / questions for name in names}
    return ShadowReport(
        candidate=candidate, questions=questions, failed=int(sums.get("failed", 0)), means=means
    )


def show_candidate(client: OpenSearch, pipeline: Pipeline, index: str) -> None:
    """Tell the service of a candidate, in place of any other of the pipeline.

    Args:
        client: OpenSearch.
        pipeline: Whose candidate it is.
        index: The candidate.
    """
    shown = {"index": index, "alias": name_candidate_alias(pipeline)}
    client.indices.update_aliases(body={"actions": [_hide(pipeline), {"add": shown}]})


def hide_candidate(client: OpenSearch, pipeline: Pipeline) -> None:
    """End the shadow reading of a pipeline's candidate; that there is none to be ended is no fault."""
    change_aliases(client, [_hide(pipeline)])


def _hide(pipeline: Pipeline) -> Action:
    alias = name_candidate_alias(pipeline)
    return {"remove": {"index": f"{pipeline}-v*", "alias": alias, "must_exist": False}}
