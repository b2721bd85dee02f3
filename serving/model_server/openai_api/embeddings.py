"""Embedding requests and responses of OpenAI's API."""

import base64
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from serving.model_server.openai_api.errors import OpenAIError
from serving.model_server.worker import Embeddings

MAX_INPUTS = 2048


class EmbeddingRequest(BaseModel):
    """What a client may ask for; other fields of OpenAI's API are ignored."""

    model_config = ConfigDict(frozen=True)

    model: str
    input: str | list[str]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None


def read_texts(request: EmbeddingRequest, dimension: int) -> list[str]:
    """Return the texts of a request.

    Args:
        request: The request.
        dimension: The only length of vectors that the model has.

    Raises:
        OpenAIError: If there is no text, an empty one or too many, or other dimensions are asked for.

    Example:
        >>> read_texts(EmbeddingRequest(model="m", input="disk full"), 384)
        ['disk full']
    """
    texts = [request.input] if isinstance(request.input, str) else request.input
    if request.dimensions not in (None, dimension):
        raise OpenAIError(
            400, f"dimensions must be {dimension}, got {request.dimensions}", "dimensions", "invalid_value"
        )
    if not 1 <= len(texts) <= MAX_INPUTS:
        raise OpenAIError(
            400, f"input must hold 1 to {MAX_INPUTS} texts, got {len(texts)}", "input", "invalid_value"
        )
    empty = next((position for position, text in enumerate(texts) if not text.strip()), None)
    if empty is not None:
        raise OpenAIError(400, f"input {empty} is empty; leave it out", "input", "invalid_value")
    return texts


def render_embeddings(embeddings: Embeddings, served_name: str, encoding: str) -> dict[str, Any]:
    """Return the response body; vectors as numbers (numpy rows) or as base64 of little-endian float32.

    Args:
        embeddings: Vectors, (n, dim), and their tokens.
        served_name: Of the model.
        encoding: `float` or `base64`, of little-endian float32.

    Example:
        >>> made = Embeddings(np.ones((1, 2), dtype=np.float32), 3)
        >>> render_embeddings(made, "m@1", "base64")["data"][0]["embedding"]
        'AACAPwAAgD8='
    """
    vectors = embeddings.vectors.astype("<f4", copy=False)
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": base64.b64encode(vector.tobytes()).decode() if encoding == "base64" else vector,
        }
        for index, vector in enumerate(np.ascontiguousarray(vectors))
    ]
    usage = {"prompt_tokens": embeddings.tokens, "total_tokens": embeddings.tokens}
    return {"object": "list", "data": data, "model": served_name, "usage": usage}
