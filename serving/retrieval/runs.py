"""What happened for a question; and where it asks which run is best, the runs by their metrics."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from processors.knowledge.mlflow.asking import read_ask
from processors.retrieval.conditions import list_conditions
from processors.retrieval.hybrid import parse_hits
from processors.retrieval.runs import (
    build_experiments_query,
    build_facts_query,
    build_passages_query,
    find_experiments,
    judge_runs_of,
    list_experiments,
    put_runs_first,
)
from processors.versions.names import cover_family
from serving.context.correlation import name_search
from serving.context.metrics import time_stage
from serving.retrieval.search import search_version

if TYPE_CHECKING:
    from datetime import datetime

    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.retrieval.question import Question, Ranking


async def find_events(
    clients: Clients, settings: Settings, question: Question, version: str, now: datetime
) -> Ranking:
    """Return what a version of what happened holds for a question, best first.

    Which run of an experiment is best, worst, or went wrong is told by all of its runs, which a search for
    words doesn't find: they are read and compared, and those that answer stand first.

    Args:
        clients: What to ask.
        settings: Of the platform.
        question: What to look for.
        version: The live one of `rag`.
        now: What recency counts from.

    Raises:
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached or refuses the query.
    """
    ranking = await search_version(clients, settings, question, "rag", version, now)
    ask = read_ask(question.searched)
    if ask is None:
        return ranking
    conditions = list_conditions(question.groups, question.filters, question.window)
    known: list[str] = []
    if ask.is_about_runs:
        known = list_experiments(await _search(clients, version, build_experiments_query(conditions)))
    experiments = find_experiments(ask, ranking.hits, known)
    if not experiments:
        return ranking
    kept = await _search(clients, version, build_facts_query(experiments, conditions))
    verdicts = judge_runs_of(ask, experiments, kept)
    if not verdicts:
        return ranking
    passages = await _search(clients, version, build_passages_query(verdicts.values(), conditions))
    return replace(ranking, hits=put_runs_first(verdicts, parse_hits(passages), ranking.hits))


async def _search(clients: Clients, version: str, body: dict[str, Any]) -> Any:
    with time_stage("runs"):
        return await clients.search.search(index=cover_family(version), body=body, headers=name_search())
