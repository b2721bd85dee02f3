"""What an index holds as living in a cluster, to be compared with what the cluster has."""

from collections.abc import Iterator
from typing import Any, Final

from opensearchpy import OpenSearch
from opensearchpy.helpers import scan

from processors.knowledge.chunk import ENDED

_FIELDS: Final = ("cite", "text", "service", "labels")
_PAGE: Final = 1_000


def list_living_states(
    client: OpenSearch, index: str, cluster: str, cluster_uid: str
) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a cluster's objects that an index doesn't hold as gone.

    A cluster is told from another of the same name by its uid. States that don't say of which cluster they
    are, as other shippers send them, are not yielded.

    Args:
        client: OpenSearch.
        index: A version.
        cluster: Name of the cluster.
        cluster_uid: What its name doesn't say.

    Raises:
        opensearchpy.exceptions.OpenSearchException: The index can't be read, or not all of it.
    """
    query = {
        "bool": {
            "filter": [{"term": {"kind": "k8s_state"}}, {"term": {"cluster": cluster}}],
            "must_not": [{"term": {"values": ENDED}}],
        }
    }
    # A part that is left out would be a ghost for good, one that is read twice is harmless.
    hits = scan(
        client, {"query": query, "_source": list(_FIELDS)}, index=index, size=_PAGE, raise_on_error=True
    )
    for hit in hits:
        if hit["_source"]["cite"].get("cluster_uid") == cluster_uid:
            yield hit["_source"]
