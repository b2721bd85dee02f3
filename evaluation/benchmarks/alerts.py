"""`make bench-alerts`: whether the text of a published alert, as a question, is answered from its runbook.

Asked are the hard alerts of `RUNLORE_TEST_DATA/runbooks`, whose wording was not pasted into their pages, and
counted those whose page is among the sources. They are answered twice: from the eight nearest passages as
they are, and from the sources as the service ranks, grows and packs them. How pages are chosen was tuned on
one half (`quality_corpus.is_held_out` tells which). No stack is needed.
"""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from evaluation.benchmarks.procedures import (
    GIVEN,
    MODEL,
    Corpus,
    answer_from,
    find_sources,
    open_corpus,
    take_chunks,
)
from evaluation.benchmarks.quality_corpus import find_answer, is_held_out
from evaluation.benchmarks.rows import Row, emit, leave_out, open_table
from evaluation.queries.query_sets import Query, load_incidents
from processors.retrieval.hybrid import Hit
from processors.stores.model_server import embed_texts
from serving.answering.numbering import find_citations

PUBLISHED: Final = "runbooks/runbooks/corpus/"


class Asked(NamedTuple):
    """An alert, the pages of its sources, and those that its answer cites, in their order."""

    alert: Query
    given: list[str]
    cited: list[str]

    @property
    def is_given(self) -> bool:
        """Tell whether a right page is among the sources."""
        return not self.alert["relevant"].keys().isdisjoint(self.given)

    @property
    def is_first(self) -> bool:
        """Tell whether a right page is what the answer is from."""
        return bool(self.cited) and self.cited[0] in self.alert["relevant"]

    @property
    def is_cited(self) -> bool:
        """Tell whether a right page is quoted or named."""
        return not self.alert["relevant"].keys().isdisjoint(self.cited)


def find_nearest(corpus: Corpus, query: str) -> list[Hit]:
    """Return the nearest passages of published runbooks as they are."""
    (vector,), _ = embed_texts(corpus.url, MODEL, [query])
    is_published = np.array([chunk["cite"]["path"].startswith(PUBLISHED) for chunk in corpus.chunks])
    scores = np.where(is_published, corpus.vectors @ vector, -1.0)
    return take_chunks(corpus, [int(at) for at in np.argsort(-scores, kind="stable")[:GIVEN]], scores)


def ask_alert(corpus: Corpus, alert: Query, find: Callable[[Corpus, str], list[Hit]]) -> Asked:
    """Answer an alert from the sources that are found for it.

    Args:
        corpus: The pages.
        alert: What is asked.
        find: Finds the sources.
    """
    sources = find(corpus, alert["query"])
    given = [str(hit["cite"]["path"]).removeprefix(PUBLISHED) for hit in sources]
    numbers = find_citations(answer_from(corpus, alert["query"], sources))
    return Asked(alert, given, [given[number - 1] for number in numbers])


def report(name: str, asked: Iterable[Asked]) -> str:
    """Return a row of the table: of all alerts, and of each half."""
    found = [one for one in asked if one.is_given]
    held_out = [one for one in found if is_held_out(find_answer(one.alert))]
    tuned = [one for one in found if one not in held_out]
    cells = [
        f"{sum(one.is_first for one in part)}, {sum(one.is_cited for one in part)} of {len(part)}"
        for part in (found, held_out, tuned)
    ]
    several = sum(len(set(one.cited)) > 1 for one in found)
    return f"| {name} | {' | '.join(cells)} | {several} |\n"


def report_misses(asked: Sequence[Asked]) -> str:
    """Return a line for each answer that isn't from a right page."""
    missed = [one for one in asked if one.is_given and not one.is_first]
    return "".join(
        f"{one.alert['query_id']} {one.alert['query']}\n"
        f"  cites {', '.join(dict.fromkeys(one.cited)) or 'nothing'}\n"
        f"  not {', '.join(one.alert['relevant'])}\n"
        for one in missed
    )


def main() -> None:
    """Ask all hard alerts, and print how many answers are from a right page, and how many name one."""
    if "RUNLORE_TEST_DATA" not in os.environ:
        leave_out("RUNLORE_TEST_DATA must name the folder with runbooks/")
    data = Path(os.environ["RUNLORE_TEST_DATA"])
    alerts = load_incidents(data / "runbooks", hard=True)
    with open_corpus(data) as corpus:
        ways = {
            "eight nearest passages": [ask_alert(corpus, alert, find_nearest) for alert in alerts],
            "as the service gives them": [ask_alert(corpus, alert, find_sources) for alert in alerts],
        }
    for name, asked in ways.items():
        if "--misses" in sys.argv:
            sys.stdout.write(f"\n{name}:\n{report_misses(asked)}")
    sys.stdout.write(
        "\nAnswers from a right page, answers that cite one, and alerts whose page is among the sources:\n\n"
        "| sources | all | half not tuned on | half tuned on | answers that cite several pages |\n"
        "|---|---|---|---|---|\n" + "".join(report(name, asked) for name, asked in ways.items())
    )
    open_table(f"{len(alerts)} alerts")
    plain, served = [sum(one.is_first for one in asked) for asked in ways.values()]
    emit(Row("alerts answered from a right page", served, "alerts", "more", None, next(iter(ways)), plain))


if __name__ == "__main__":
    main()
