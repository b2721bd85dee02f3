"""Making an index so that a request which arrives twice does what it does once.

The client sends a request again when its connection breaks before the answer. The second one then finds what
the first one made, and that is no fault.
"""

from typing import Any

from opensearchpy import OpenSearch, RequestError


def create_index(client: OpenSearch, index: str, body: dict[str, Any] | None = None) -> None:
    """See that an index is there, made with this body; one that is there stays as it is.

    Args:
        client: OpenSearch.
        index: Its name.
        body: Settings and mappings; None leaves them to a template.
    """
    try:
        client.indices.create(index=index, body=body)
    except RequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
