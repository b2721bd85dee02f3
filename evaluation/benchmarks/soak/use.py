"""What is done to the stack meanwhile: questions, changes of a page, new versions of the documents."""

import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from opensearchpy import OpenSearch, OpenSearchException

from local.airflow_api import follow_run, trigger_dag
from local.docs_repository import commit_documents
from local.errors import StackError

_PAGE: Final = "soak.md"
_ASKED_AT_ONCE: Final = 8
_RUN_PATIENCE_S: Final = 420.0


@dataclass
class Use:
    """What came of it.

    Attributes:
        mark: By which the page of this soak is found.
        answers: Second of the soak at which each question was asked, and the seconds until its answer.
        refused: What was said in place of an answer.
        changes: How often the page was changed.
        swaps: Second of the soak at which a new version was live, and the seconds of its DAG run.
        lost: Changes that weren't found in the version that was made after them, and runs that failed.
    """

    mark: str = field(default_factory=lambda: f"soak{uuid.uuid4().hex[:8]}")
    answers: list[tuple[float, float]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    changes: int = 0
    swaps: list[tuple[float, float]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def repeat(act: Callable[[float], object], every_s: float, seconds: float) -> None:
    """Do something at a steady pace; what takes longer than the pace is begun again at once, not twice.

    Args:
        act: Is told the second at which it is done.
        every_s: Seconds from one time to the next.
        seconds: For how long.
    """
    began, due = time.monotonic(), 0.0
    while due < seconds:
        time.sleep(max(0.0, began + due - time.monotonic()))
        act(due)
        due = max(due + every_s, time.monotonic() - began)


def ask_questions(
    service: httpx.Client, questions: Sequence[str], rate: float, seconds: float, use: Use
) -> None:
    """Ask at a steady rate, up to eight questions at once.

    Args:
        service: HTTP client of the service.
        questions: Asked in turn.
        rate: Questions per second.
        seconds: For how long.
        use: Gets the answers' times and the refusals.
    """

    def ask(question: str, at: float) -> None:
        begin = time.monotonic()
        body = {"model": "runlore", "messages": [{"role": "user", "content": question}]}
        try:
            service.post("/v1/chat/completions", json=body).raise_for_status()
            use.answers.append((at, time.monotonic() - begin))
        except httpx.HTTPError as error:
            use.refused.append(f"second {at:.0f}: {type(error).__name__}: {error}")

    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:

        def begin_next(at: float) -> None:
            pool.submit(ask, questions[round(at * rate) % len(questions)], at)

        repeat(begin_next, 1 / rate, seconds)


def change_page(repository: Path, every_s: float, seconds: float, use: Use) -> None:
    """Change a page of the documents at a steady pace, so that it says how often it was changed.

    Args:
        repository: Git's work tree of the stack's own documents.
        every_s: Seconds from one change to the next.
        seconds: For how long.
        use: Counts the changes.
    """

    def change(_: float) -> None:
        number = use.changes + 1
        text = (
            f"# Soak {use.mark}\n\nThe latest change is {name_change(use, number)}, nothing has to be done.\n"
        )
        (repository / _PAGE).write_text(text, encoding="utf-8")
        commit_documents(repository, "soak")
        use.changes = number

    repeat(change, every_s, seconds)


def remove_page(repository: Path) -> None:
    """Take the page out of the documents again."""
    if (repository / _PAGE).exists():
        (repository / _PAGE).unlink()
        commit_documents(repository, "soak is over")


def name_change(use: Use, number: int) -> str:
    """Return the word by which the text of a change is found."""
    return f"{use.mark}change{number}"


def swap_versions(
    airflow: httpx.Client, client: OpenSearch, every_s: float, seconds: float, use: Use
) -> None:
    """Have new versions of the documents made, each with the latest change of the page.

    Args:
        airflow: Client of Airflow's API.
        client: OpenSearch.
        every_s: Seconds from one run to the next; the first is begun after so long.
        seconds: For how long.
        use: Gets the swaps, and what was lost.
    """

    def swap(at: float) -> None:
        begin, wanted = time.monotonic(), use.changes
        try:
            run = trigger_dag(airflow, "cag_pipeline")
            follow_run(airflow, "cag_pipeline", run, lambda _: None, _RUN_PATIENCE_S)
            if not _is_found(client, use, wanted):
                use.lost.append(f"second {at:.0f}: change {wanted} is not in the version of run {run}.")
        except (StackError, httpx.HTTPError, OpenSearchException) as error:
            use.lost.append(f"second {at:.0f}: no new version: {error}")
            return
        taken = time.monotonic() - begin
        use.swaps.append((at + taken, taken))

    time.sleep(min(every_s, seconds))
    repeat(lambda at: swap(every_s + at), every_s, seconds - every_s)


def _is_found(client: OpenSearch, use: Use, wanted: int) -> bool:
    """Say whether the page is there with this change, or with one that came while the run read it."""
    body: dict[str, Any] = {"query": {"match_phrase": {"title": f"Soak {use.mark}"}}, "_source": ["text"]}
    texts = [hit["_source"]["text"] for hit in client.search(index="cag", body=body)["hits"]["hits"]]
    later = range(wanted, use.changes + 1)
    return any(f"{name_change(use, number)}," in text for number in later for text in texts)
