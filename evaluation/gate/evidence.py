"""All that the gate decides by."""

from collections.abc import Mapping
from typing import TypedDict

from evaluation.measures.abstention import AbstentionReport
from evaluation.measures.inspection import Corpus, Soundness
from evaluation.measures.leaks import LeakReport
from evaluation.measures.ranking import QueryResult

Results = Mapping[str, list[QueryResult]]
"""Query set to what each of its queries found."""


class Evidence(TypedDict):
    """A candidate, and the live version beside it.

    `results` and `live_results` are of the same queries; the latter are empty when nothing is live. `sources`
    are those that the candidate was built from: what was taken out of the settings is no loss. `abstention`
    tells how well questions without an answer are told from others, where there are such. `names` are the
    paths of documents by id, as far as known. `obstacle` says why nothing may go live now, however good.
    """

    results: Results
    live_results: Results
    corpus: Corpus
    live_corpus: Corpus | None
    sources: set[str] | None
    soundness: Soundness
    leaks: LeakReport
    abstention: AbstentionReport | None
    names: Mapping[str, str]
    obstacle: str | None
