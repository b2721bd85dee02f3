"""A connection to OpenSearch."""

from opensearchpy import OpenSearch


def open_search(url: str) -> OpenSearch:
    """Return a client; it retries a request once when a connection breaks."""
    return OpenSearch(url, timeout=60, max_retries=1, retry_on_timeout=False)
