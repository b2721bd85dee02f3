"""Golden queries out of MLflow: who finds a bad answer among its traces notes the page that has a better one.

They add an expectation named `page` to the trace, whose value names pages as people do: by path, by file name
or by title, one or several.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import structlog
from mlflow.entities import Trace
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from evaluation.queries.query_sets import Query
from processors.knowledge.chunk import make_id
from processors.knowledge.procedures.checking import PageRecord
from processors.retrieval.question.normal_form import normalise_query
from processors.settings.sources import MLflow

EXPECTATION: Final = "page"
_MOST: Final = 500

log = structlog.get_logger(__name__)


class Note(NamedTuple):
    """What somebody noted at a trace.

    Attributes:
        trace: Its id.
        question: That was asked.
        pages: Names of the pages that answer it.
    """

    trace: str
    question: str
    pages: list[str]


def load_traced(mlflow: MLflow, records: Mapping[str, PageRecord]) -> list[Query]:
    """Return the queries that people made of traces; none if MLflow is down or has no such experiment.

    Args:
        mlflow: Says where it is, and which experiment has the traces.
        records: Of the pages of a version, by document id.
    """
    client = MlflowClient(mlflow.tracking_uri)
    try:
        experiment = client.get_experiment_by_name(mlflow.traces_experiment)
        if experiment is None:
            return []
        traces = client.search_traces(
            locations=[experiment.experiment_id],
            filter_string=f"expectation.{EXPECTATION} IS NOT NULL",
            max_results=_MOST,
        )
    except MlflowException as error:
        log.warning("notes at traces can't be read", error=str(error))
        return []
    return make_traced_queries(map(read_note, traces), records)


def read_note(trace: Trace) -> Note:
    """Return what was noted at a trace."""
    noted = [one.expectation for one in trace.info.assessments if one.name == EXPECTATION]
    pages = [page for one in noted if one is not None for page in split_pages(one.value)]
    answer = next((span for span in trace.data.spans if span.name == "answer"), None)
    told = answer.get_attribute("gen_ai.input.messages") if answer else None
    return Note(trace.info.trace_id, read_question(told), pages)


def read_question(messages: Any) -> str:
    """Return the question of a trace, by OpenTelemetry's form of messages; empty if it isn't told so.

    Example:
        >>> read_question([{"role": "user", "parts": [{"type": "text", "content": "Why?"}]}])
        'Why?'
        >>> read_question(None)
        ''
    """
    try:
        held = json.loads(messages) if isinstance(messages, str) else messages
        return "\n".join(str(part["content"]) for part in held[-1]["parts"])
    except (ValueError, TypeError, KeyError, IndexError):
        # Others may send traces to the experiment, too.
        return ""


def split_pages(value: Any) -> list[str]:
    """Return the names that a note holds: a list, JSON, or text with commas or lines between them.

    Example:
        >>> split_pages("a.md, b.md"), split_pages('["a.md"]'), split_pages(["Disk full"])
        (['a.md', 'b.md'], ['a.md'], ['Disk full'])
    """
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    named = value if isinstance(value, list) else str(value).replace("\n", ",").split(",")
    return [name.strip() for name in map(str, named) if name.strip()]


def make_traced_queries(notes: Iterable[Note], records: Mapping[str, PageRecord]) -> list[Query]:
    """Return a query for each question, with all pages that were noted for it and are there.

    Args:
        notes: Of traces.
        records: Of the pages of a version, by document id.

    Example:
        >>> page = {"repository": "r", "path": "runbooks/disk-full.md", "title": "The disk is full"}
        >>> note = Note("t1", "No space?", ["disk-full.md"])
        >>> [query["relevant"] for query in make_traced_queries([note], {"d": page})]
        [{'d': 1}]
    """
    relevant: dict[str, dict[str, int]] = {}
    spelled: dict[str, str] = {}
    for note in notes:
        found = {doc_id: 1 for name in note.pages for doc_id in _find_documents(name, records)}
        if not note.question or not found:
            log.warning("a note at a trace names no page that is there", trace=note.trace, pages=note.pages)
            continue
        form = normalise_query(note.question)
        spelled.setdefault(form, note.question)
        relevant.setdefault(form, {}).update(found)
    return [
        Query(query_id=f"trace-{make_id(form)[:12]}", query=spelled[form], relevant=found)
        for form, found in relevant.items()
    ]


def _find_documents(name: str, records: Mapping[str, PageRecord]) -> list[str]:
    """Return the documents that a person calls so: by their path or the end of it, or by their title."""
    wanted = name.lower().lstrip("/")
    return [
        doc_id
        for doc_id, page in records.items()
        if f"/{page['path'].lower()}".endswith((f"/{wanted}", f"/{wanted}.md"))
        or page["title"].lower() == wanted
    ]


def add_traced(golden: Iterable[Query], traced: Iterable[Query]) -> list[Query]:
    """Return golden queries with those of traces behind them; who writes one down knows it better.

    Args:
        golden: Written down.
        traced: Of notes.
    """
    known = list(golden)
    forms = {normalise_query(query["query"]) for query in known}
    return [*known, *(query for query in traced if normalise_query(query["query"]) not in forms)]
