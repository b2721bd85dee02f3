"""The query for the nearest neighbours of a vector, as all who search by vectors ask it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

SEARCH_BEAM: Final = 1_000
"""So many candidates of each segment are looked at on the way to the nearest ones (HNSW's `ef_search`).

The hours of one pattern of logs have the same vector, and equal ones are each other's only neighbours in the
graph: of 400 such hours, a search with 200 candidates saw nothing else, and never reached what lies behind.
"""


class TextToEmbed(NamedTuple):
    """A question whose vector OpenSearch makes itself, by a model that it knows."""

    text: str
    model_id: str


def build_nearest_query(
    vector: Sequence[float] | TextToEmbed, k: int, allowed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the query for the chunks whose vectors are nearest.

    Args:
        vector: What is asked for, or the text of which OpenSearch makes it.
        k: How many of each segment.
        allowed: A query that each must fulfil, too.

    Example:
        >>> build_nearest_query([0.5], 3)["knn"]["embedding"]["k"]
        3
    """
    nearest: dict[str, Any] = {"k": k, "method_parameters": {"ef_search": max(k, SEARCH_BEAM)}}
    if allowed is not None:
        nearest["filter"] = allowed
    if isinstance(vector, TextToEmbed):
        return {"neural": {"embedding": {"query_text": vector.text, "model_id": vector.model_id, **nearest}}}
    return {"knn": {"embedding": {"vector": list(vector), **nearest}}}
