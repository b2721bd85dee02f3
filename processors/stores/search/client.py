"""How OpenSearch is reached: address, login and TLS of every client, and what to look at when it refuses."""

from typing import Any

from opensearchpy import AuthenticationException, OpenSearch, Transport, TransportError

from processors.settings import stores


def open_search(store: stores.OpenSearch) -> OpenSearch:
    """Return a client; it retries a request once when a connection breaks."""
    options: dict[str, Any] = {"timeout": 60, "max_retries": 1, "retry_on_timeout": False}
    return OpenSearch(**opensearch_options(store), transport_class=_ExplainingTransport, **options)


def opensearch_options(store: stores.OpenSearch) -> dict[str, Any]:
    """Return what every client of OpenSearch begins its options with: address, login and certificates.

    Example:
        >>> opensearch_options(stores.OpenSearch.model_validate({"RUNLORE_OPENSEARCH_URL": "http://o:9200"}))
        {'hosts': ['http://o:9200'], 'verify_certs': True}
    """
    options = {
        "http_auth": (store.username, store.read_password()) if store.username else None,
        "ca_certs": store.ca_file and str(store.ca_file),
        "client_cert": store.certificate_file and str(store.certificate_file),
        "client_key": store.key_file and str(store.key_file),
    }
    given = {name: value for name, value in options.items() if value is not None}
    return {"hosts": [store.url], "verify_certs": True, **given}


def explain_refusal(error: Exception) -> Exception:
    """Return the error of a refused connection with the settings to look at; any other error as it is.

    Example:
        >>> str(explain_refusal(AuthenticationException(401, "Unauthorized", "")))
        "AuthenticationException(401, 'Unauthorized; look at RUNLORE_OPENSEARCH_USERNAME and its password')"
    """
    if not isinstance(error, TransportError):
        return error
    if isinstance(error, AuthenticationException):
        settings = "RUNLORE_OPENSEARCH_USERNAME and its password"
    elif "CERTIFICATE_VERIFY_FAILED" in str(error):
        settings = "RUNLORE_OPENSEARCH_CA_FILE"
    else:
        return error
    return type(error)(error.status_code, f"{error.error}; look at {settings}", error.info)


class _ExplainingTransport(Transport):
    """A transport whose errors say which settings to look at."""

    def perform_request(self, *request: Any, **options: Any) -> Any:
        try:
            return super().perform_request(*request, **options)
        except TransportError as error:
            explained = explain_refusal(error)
            if explained is error:
                raise
            raise explained from error
