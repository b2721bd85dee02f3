"""`python -m serving.model_server.embed_lines`: embeds the texts of each line on standard input, kept warm.

It is the model beside a Python worker of Spark. In: a JSON list of texts, a line each. Out: for each line one
with a JSON object, as `embed_once` writes it. It ends with its input.
"""

import json
import sys

from serving.model_server.embed_once import write_vectors
from serving.model_server.embedder import load_embedder
from serving.model_server.settings import ModelServerSettings


def main() -> None:
    """Read lines of texts, write lines of vectors."""
    settings = ModelServerSettings()
    embedder = load_embedder(settings)
    for line in sys.stdin:
        sys.stdout.write(f"{write_vectors(embedder, json.loads(line), settings.model_batch_texts)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
