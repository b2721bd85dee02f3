"""OpenSearch's neural search: the embedding model told to OpenSearch, which then embeds questions itself."""

import sys
import time
from typing import Final

from opensearchpy import OpenSearch, RequestError

from processors.retrieval.neural_model import (
    GUIDE,
    MODELS_PATH,
    SEARCH_PATH,
    build_model_search,
    build_registration,
    name_model,
    parse_model_id,
)
from processors.settings import Settings, load_settings
from processors.stores.search import open_search

_PLUGIN: Final = "opensearch-ml"
_PATIENCE_S: Final = 60.0


class NeuralSearchError(RuntimeError):
    """OpenSearch can't embed questions; the message says what is missing and what to do."""


def ensure_model(client: OpenSearch, settings: Settings) -> str:
    """Register and deploy the embedding model unless that was done, and return its id.

    Raises:
        NeuralSearchError: The plugin is missing, or OpenSearch refuses the model.
    """
    require_plugin(client)
    try:
        return _ensure(client, settings)
    except RequestError as error:
        raise NeuralSearchError(
            f"OpenSearch refuses the model {name_model(settings)!r}: {error.info}. It must allow it by "
            "plugins.ml_commons.only_run_on_ml_node, plugins.ml_commons.connector.private_ip_enabled and "
            f"plugins.ml_commons.trusted_connector_endpoints_regex ({GUIDE})"
        ) from error


def require_plugin(client: OpenSearch) -> None:
    """Pass if every node of OpenSearch has the plugin for models.

    Raises:
        NeuralSearchError: A node has it not.
    """
    nodes = {node["name"] for node in client.cat.nodes(format="json", h="name")}
    able = {row["name"] for row in client.cat.plugins(format="json") if row["component"] == _PLUGIN}
    if nodes - able:
        raise NeuralSearchError(
            f"OpenSearch has no plugin for models on {', '.join(sorted(nodes - able))}. Install "
            f"opensearch-ml in OpenSearch's own version, or set RUNLORE_NEURAL_SEARCH=off ({GUIDE})"
        )


def _ensure(client: OpenSearch, settings: Settings) -> str:
    ask = client.transport.perform_request
    model = parse_model_id(ask("POST", SEARCH_PATH, body=build_model_search(settings)))
    if model is None:
        model = str(ask("POST", f"{MODELS_PATH}/_register", body=build_registration(settings))["model_id"])
    deadline = time.monotonic() + _PATIENCE_S
    state = _read_state(client, model)
    if state != "DEPLOYED":
        ask("POST", f"{MODELS_PATH}/{model}/_deploy")
    while state != "DEPLOYED":
        if time.monotonic() > deadline:
            raise NeuralSearchError(
                f"The model {name_model(settings)!r} is {state} after {_PATIENCE_S:.0f} s. "
                "OpenSearch's log says why."
            )
        time.sleep(0.2)
        state = _read_state(client, model)
    return model


def _read_state(client: OpenSearch, model: str) -> str:
    return str(client.transport.perform_request("GET", f"{MODELS_PATH}/{model}")["model_state"])


if __name__ == "__main__":
    if sys.argv[1:] != ["register"]:
        sys.exit("usage: python -m processors.stores.neural_search register")
    settings = load_settings()
    try:
        model = ensure_model(open_search(settings.opensearch), settings)
    except NeuralSearchError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{name_model(settings)} is deployed in OpenSearch as {model}\n")
