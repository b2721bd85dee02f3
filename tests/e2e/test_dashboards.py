"""Every query of every dashboard is understood by the live Prometheus, and finds what it asks for."""

import re
import time
from typing import Any, Final

import httpx
import pytest
import yaml

from local.ask import ask_question
from local.dashboards.definition import load_dashboards
from local.settings import ROOT, load_settings
from processors.settings import Settings
from processors.stores.prometheus import query_instant
from tests.support.waiting import wait_for

QUERIES: Final = [
    (f"{dashboard.name}: {panel.title}: {legend}", query)
    for dashboard in load_dashboards()
    for panel in dashboard.panels
    for legend, query in panel.queries.items()
]
_WORDS: Final = frozenset(
    {"avg", "count", "histogram_quantile", "increase", "max", "rate", "sum", "time", "vector"}
)
_SUFFIXES: Final = re.compile(r"_(?:bucket|count|sum|total)$")


def list_names(query: str) -> set[str]:
    """The metrics of a query: no functions, labels or values."""
    bare = re.sub(r"\{.*?\}|\bby \(.*?\)|\[.*?\]", "", query)
    return set(re.findall(r"[a-z_][a-zA-Z0-9_:]{3,}|up\b", bare)) - _WORDS


@pytest.fixture(scope="module")
def told(settings: Settings) -> set[str]:
    """All metrics that are scraped, those without a series yet among them, or recorded."""
    url = settings.prometheus.url
    scraped = httpx.get(f"{url}/api/v1/metadata").raise_for_status().json()["data"]
    groups = yaml.safe_load((ROOT / "local/config/rules.yml").read_text(encoding="utf-8"))["groups"]
    recorded = [rule["record"] for group in groups for rule in group["rules"] if "record" in rule]
    return {*scraped, *recorded, "up", "ALERTS"}


@pytest.fixture(scope="module")
def asked(settings: Settings) -> None:
    """Somebody has asked a question, and a run has succeeded, as Prometheus sees it."""
    ask_question(load_settings(), "The OpenSearch cluster is red. What do I do?")
    wait_for(lambda: ask(settings, "runlore:requests:rate_5m > 0"), 90)
    wait_for(lambda: ask(settings, 'airflow_dag_last_success_seconds{dag_id="cag_pipeline"} > 0'), 180)


def ask(settings: Settings, query: str) -> list[Any]:
    found: list[Any] = query_instant(settings.prometheus.url, query, 10)["data"]["result"]
    return found


def test_every_metric_that_is_asked_for_is_scraped_or_recorded(told: set[str]) -> None:
    asked_for = {name for _, query in QUERIES for name in list_names(query)}
    assert len(asked_for) > 40
    assert [n for n in sorted(asked_for) if n not in told and _SUFFIXES.sub("", n) not in told] == []


@pytest.mark.usefixtures("live_versions", "asked")
def test_every_query_finds_data(settings: Settings) -> None:
    missing, deadline = QUERIES, time.monotonic() + 60
    while missing and time.monotonic() < deadline:
        missing = [(name, query) for name, query in missing if not ask(settings, query)]
    assert missing == []
