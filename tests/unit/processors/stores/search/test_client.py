"""Each client of OpenSearch takes address and login from the settings."""

from processors.settings.stores import OpenSearch
from processors.stores.search.client import explain_refusal, opensearch_options

LOGIN = {
    "RUNLORE_OPENSEARCH_URL": "https://o:9200",
    "RUNLORE_OPENSEARCH_USERNAME": "runlore",
    "RUNLORE_OPENSEARCH_PASSWORD": "hunter22",
    "RUNLORE_OPENSEARCH_CA_FILE": __file__,
}


def test_a_login_reaches_the_client() -> None:
    assert opensearch_options(OpenSearch.model_validate(LOGIN)) == {
        "hosts": ["https://o:9200"],
        "verify_certs": True,
        "http_auth": ("runlore", "hunter22"),
        "ca_certs": __file__,
    }


def test_what_is_no_refusal_stays_as_it_is() -> None:
    error = ValueError("CERTIFICATE_VERIFY_FAILED")
    assert explain_refusal(error) is error
