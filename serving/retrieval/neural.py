"""Questions that OpenSearch embeds itself: by which model, and what if it can't."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from opensearchpy.exceptions import ConnectionError as SearchDownError
from opensearchpy.exceptions import TransportError

from processors.retrieval.nearest import TextToEmbed
from processors.retrieval.neural_model import (
    SEARCH_PATH,
    build_model_search,
    explain_missing,
    name_model,
    parse_model_id,
)

if TYPE_CHECKING:
    from processors.settings import Settings
    from serving.clients.lifespan import Clients

log = structlog.get_logger(__name__)


async def leave_to_opensearch(
    clients: Clients, settings: Settings, text: str
) -> tuple[TextToEmbed | None, tuple[str, ...]]:
    """Return a text with the model that embeds it, or None and the embedder's name if OpenSearch knows none.

    Args:
        clients: OpenSearch among them, and the ids of models found before.
        settings: Name the model.
        text: To be embedded, its prefix included.

    Raises:
        opensearchpy.exceptions.ConnectionError: OpenSearch can't be reached.
    """
    name = name_model(settings)
    if name not in clients.models:
        model = await _find_model(clients, settings)
        if model is None:
            return None, ("embedding",)
        clients.models[name] = model
    return TextToEmbed(text, clients.models[name]), ()


async def _find_model(clients: Clients, settings: Settings) -> str | None:
    body = build_model_search(settings)
    try:
        model = parse_model_id(await clients.search.transport.perform_request("POST", SEARCH_PATH, body=body))
        problem = "" if model else "no such model"
    except SearchDownError:
        raise
    except TransportError as error:
        model, problem = None, str(error)
    if problem:
        log.error("searching by words alone", error=problem, remedy=explain_missing(settings))
    return model


def forget_model(clients: Clients, settings: Settings, error: TransportError) -> None:
    """Look the model up again for the next question: it may be gone, or the model server is down.

    Args:
        clients: With the ids of models found before.
        settings: Name the model.
        error: What OpenSearch said.
    """
    log.warning("OpenSearch can't embed, searching by words alone", error=str(error))
    clients.models.pop(name_model(settings), None)
