"""`python -m serving.model_server.embed_once`: embeds the texts on standard input, without a server.

It is what `rag_pipeline` falls back to when the model server is down: loading the model costs seconds, but
the vectors are the same ones. In: a JSON list of texts. Out: a JSON object with `model`, name and revision,
and `vectors`, little-endian 32-bit floats in base64,
in the order of the texts.
"""

import base64
import json
import sys

import numpy as np

from serving.model_server.batches import plan_batches
from serving.model_server.embedder import Embedder, load_embedder
from serving.model_server.settings import ModelServerSettings


def embed_all(embedder: Embedder, texts: list[str], batch_texts: int) -> bytes:
    """Return the vectors of the texts as bytes, computed in batches of texts of like length.

    Args:
        embedder: The model.
        texts: To be embedded.
        batch_texts: So many texts at most go to the model at once.
    """
    vectors = np.empty((len(texts), embedder.dimension), dtype="<f4")
    read = embedder.read(texts)
    for positions in plan_batches([len(text) for text in read], batch_texts):
        vectors[positions] = embedder.infer([read[position] for position in positions])
    return vectors.tobytes()


def write_vectors(embedder: Embedder, texts: list[str], batch_texts: int) -> str:
    """Return what is answered to a list of texts, as JSON in one line.

    Args:
        embedder: The model.
        texts: To be embedded.
        batch_texts: So many texts at most go to the model at once.
    """
    vectors = base64.b64encode(embed_all(embedder, texts, batch_texts)).decode()
    return json.dumps({"model": embedder.served_name, "vectors": vectors})


def main() -> None:
    """Read texts, write vectors."""
    settings = ModelServerSettings()
    texts = json.load(sys.stdin)
    sys.stdout.write(write_vectors(load_embedder(settings), texts, settings.model_batch_texts))


if __name__ == "__main__":
    main()
