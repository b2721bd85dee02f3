"""The embedding model as OpenSearch knows it: its name, its connector, and how it is looked up.

The plugin for models (ml-commons) keeps a model that runs elsewhere: a name, and a connector to the model
server's OpenAI route. The name ends with a hash of all that the connector says, so another model, server or
time limit is another entry, and the same one is found again.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.settings import Settings

MODELS_PATH: Final = "/_plugins/_ml/models"
SEARCH_PATH: Final = f"{MODELS_PATH}/_search"
GUIDE: Final = "docs/how-to/use-opensearch-neural-search.md"
# Seconds. Whoever asks waits for the embedding, and is answered by words alone when it doesn't come.
_TIMEOUTS: Final = {"connection_timeout": 1, "read_timeout": 2, "max_retry_times": 0}


def name_model(settings: Settings) -> str:
    """Return the name under which OpenSearch keeps the embedding model."""
    mark = hashlib.sha256(json.dumps(_build_connector(settings), sort_keys=True).encode()).hexdigest()[:8]
    return f"runlore {settings.embedding.model} {mark}"


def build_registration(settings: Settings) -> dict[str, Any]:
    """Return the body that registers the model with its connector to the model server."""
    return {
        "name": name_model(settings),
        "function_name": "remote",
        "description": f"Embeds questions at {settings.kserve.openai_url}",
        "connector": _build_connector(settings),
    }


def _build_connector(settings: Settings) -> dict[str, Any]:
    embed = {
        "action_type": "predict",
        "method": "POST",
        "url": f"{settings.kserve.openai_url}/embeddings",
        "headers": {"Content-Type": "application/json"},
        "request_body": '{"model": "${parameters.model}", "input": ${parameters.input}}',
        "pre_process_function": "connector.pre_process.openai.embedding",
        "post_process_function": "connector.post_process.openai.embedding",
    }
    return {
        "name": f"runlore {settings.embedding.model}",
        "description": "OpenAI's embedding route of the model server",
        "version": "1",
        "protocol": "http",
        "parameters": {"model": settings.embedding.model},
        # The model server asks for no key; a connector without one is refused.
        "credential": {"key": "unused"},
        "client_config": _TIMEOUTS,
        "actions": [embed],
    }


def build_model_search(settings: Settings) -> dict[str, Any]:
    """Return the body that looks the embedding model up by its name."""
    by_name = [{"term": {"name.keyword": name_model(settings)}}]
    return {"size": 1, "query": {"bool": {"filter": by_name}}, "_source": ["model_state"]}


def parse_model_id(response: Mapping[str, Any]) -> str | None:
    """Return the id of the model that was found, None if there is none.

    Example:
        >>> parse_model_id({"hits": {"hits": [{"_id": "x"}]}})
        'x'
    """
    hits = response["hits"]["hits"]
    return str(hits[0]["_id"]) if hits else None


def explain_missing(settings: Settings) -> str:
    """Return what to do when OpenSearch doesn't know the model."""
    return (
        f"OpenSearch doesn't know the model {name_model(settings)!r}. Register it by "
        "`python -m processors.stores.neural_search register` (the local stack does so at its start), "
        f"or set RUNLORE_NEURAL_SEARCH=off ({GUIDE})"
    )
