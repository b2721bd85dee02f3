"""Texts embedded by sentence-transformers as it comes: torch, 32 bits, its defaults.

Runs in the environment `sentence-transformers`, which has nothing of ours: `python plain_encode.py FOLDER`.
Each line in is a JSON list of texts, each line out one of the seconds, the CPU seconds and the vectors.
"""

import json
import sys
import time


def main() -> None:
    """Embed a list of texts for each line, until there is none."""
    # Our own environment, in which this module is looked at, doesn't have it.
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

    model = SentenceTransformer(sys.argv[1], device="cpu")
    for line in sys.stdin:
        texts = json.loads(line)
        began, used = time.perf_counter(), time.process_time()
        vectors = model.encode(texts, show_progress_bar=False)
        took, used = time.perf_counter() - began, time.process_time() - used
        print(json.dumps([took, used, vectors.tolist()]), flush=True)  # noqa: T201 - it is the answer


if __name__ == "__main__":
    main()
