"""SciFact of the BEIR benchmark: claims, and the abstracts that tell of them.

Its scores are published for many rankings, so it shows whether the measuring is right (Thakur and others:
"BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval Models", 2021).
"""

import csv
import json
from pathlib import Path
from typing import Final

from evaluation.queries.query_sets import Query
from processors.knowledge.chunk import Chunk, make_id
from processors.knowledge.chunk_factory import Batch, Description, make_page_chunk

_REPOSITORY: Final = "scifact"
_READ_AT: Final = "2026-01-01T00:00:00+00:00"


def read_abstracts(folder: Path) -> list[Chunk]:
    """Return each abstract as one chunk, as in BEIR."""
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    return [_make_chunk(**json.loads(line)) for line in lines]


def _make_chunk(_id: str, title: str, text: str) -> Chunk:
    abstract = Description(
        kind="doc",
        identity=(make_id(_REPOSITORY, _id), 0),
        document=(_REPOSITORY, _id),
        source=_REPOSITORY,
        title=title,
        heading_path=title,
        text=text,
        observed_at=_READ_AT,
        cite={"repository": _REPOSITORY, "path": _id, "start_line": 1, "end_line": 1},
        labels={},
        severity="",
        service="",
    )
    return make_page_chunk(abstract, Batch(_REPOSITORY, _READ_AT), ["public"])


def read_claims(folder: Path) -> list[Query]:
    """Return the claims of the test split with the ids of their abstracts' documents."""
    relevant: dict[str, dict[str, int]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for query_id, abstract, grade in list(csv.reader(file, delimiter="\t"))[1:]:
            relevant.setdefault(query_id, {})[make_id(_REPOSITORY, abstract)] = int(grade)
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Query(query_id=entry["_id"], query=entry["text"], relevant=relevant[entry["_id"]])
        for entry in map(json.loads, lines)
        if entry["_id"] in relevant
    ]
