"""What the program of a peer is asked and what it answers; the standard library alone, for its environment.

`python -m evaluation.benchmarks.peers.haystack_files FOLDER MODEL ADDRESS INDEX BACKEND` prints a line of
JSON: seconds by the clock and of CPU time, the chunks, and whether the last one was found by a search.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """What a peer is to do.

    Attributes:
        files: Pages, in their order.
        model: Folder of the embedding model.
        address: Of OpenSearch.
        place: Index that is made for it.
        backend: Of sentence-transformers, `torch` or `openvino`.
    """

    files: list[Path]
    model: str
    address: str
    place: str
    backend: str


Peer = tuple[Callable[[], list[str]], Callable[[str], str]]
"""Brings all files in and returns the texts of the chunks; returns the text that a search for one finds."""


def answer(prepare: Callable[[Asked], Peer]) -> None:
    """Do what the command line asks for, and print what came of it.

    Args:
        prepare: Loads the model, makes the index, and gives what is to be timed.
    """
    folder, model, address, place, backend = sys.argv[1:]
    files = sorted(Path(folder).rglob("*.md"))
    bring_in, find = prepare(Asked(files, model, address, place, backend))
    began, used = perf_counter(), process_time()
    texts = bring_in()
    found = find(texts[-1])
    seconds, used = perf_counter() - began, process_time() - used
    told: dict[str, Any] = {"seconds": seconds, "cpu": used, "texts": texts, "found": found == texts[-1]}
    sys.stdout.write(f"\n{json.dumps(told)}\n")
