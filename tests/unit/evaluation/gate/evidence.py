"""Evidence for the gate, sound unless a test says otherwise."""

from typing import Any

from evaluation.gate.evidence import Evidence
from evaluation.measures.inspection import Corpus, Soundness
from evaluation.measures.leaks import LeakReport
from evaluation.measures.ranking import MEASURES, QueryResult
from processors.versions.corpus import Document

MODEL = "all-minilm-l6-v2@abc"


def make_results(*values: float, prefix: str = "q") -> list[QueryResult]:
    return [
        QueryResult(
            query_id=f"{prefix}{number}",
            query=f"What about {number}?",
            language="en",
            measures=dict.fromkeys(MEASURES, value),
            latency_ms=10.0 + number,
            found=["A page"],
        )
        for number, value in enumerate(values)
    ]


def make_corpus(index: str, **chunks: int) -> Corpus:
    """Return a corpus whose sources have documents of ten chunks each."""
    documents = {
        f"{source}-{number}": Document(source=source, chunks=min(10, count - 10 * number))
        for source, count in chunks.items()
        for number in range((count + 9) // 10)
    }
    return Corpus(index=index, documents=documents)


def make_soundness(**changes: Any) -> Soundness:
    sound: Any = {
        "models": {MODEL: 100},
        "served": MODEL,
        "dimension": 384,
        "served_dimension": 384,
        "probed": 50,
        "found_by_vector": 50,
        "sampled": 100,
        "without_text": [],
        "oversized": [],
        "chunk_tokens": 220,
        "lost": [],
        **changes,
    }
    return Soundness(**sound)


def make_evidence(**changes: Any) -> Evidence:
    good: Any = {
        "results": {"golden": make_results(*[0.9] * 20)},
        "live_results": {"golden": make_results(*[0.9] * 20)},
        "corpus": make_corpus("cag-v000002", wiki=60, git=60),
        "live_corpus": make_corpus("cag-v000001", wiki=60, git=60),
        "sources": {"wiki", "git"},
        "soundness": make_soundness(),
        "leaks": LeakReport(checked=120, asked=0, leaked=0, examples=[]),
        "abstention": None,
        "names": {},
        "obstacle": None,
        **changes,
    }
    return Evidence(**good)
