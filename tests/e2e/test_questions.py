"""Questions on what just happened, in English and Russian, about things told to Kafka a moment before.

The records are in the native form of each source. The sources themselves (a cluster's API server, Prometheus,
MLflow, Airflow) are exercised in tests/integration/collectors.
"""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from processors.knowledge import topics
from processors.settings import Settings
from processors.stores import kafka
from tests.e2e.conftest import is_found
from tests.support.incident import Incident, list_messages, make_incident

PATIENCE_S = 240

pytestmark = pytest.mark.usefixtures("live_versions")


@pytest.fixture(scope="module")
def service(settings: Settings, api_key: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {api_key}"}
    return httpx.Client(base_url=settings.service.url, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def incident(settings: Settings, api_key: str, live_versions: None) -> Incident:  # noqa: ARG001 - order
    """An incident of which all can be retrieved."""
    incident = make_incident()
    messages = list_messages(incident)
    for topic, of_topic in messages.items():
        kafka.produce(settings.kafka, topic, of_topic)
    # The stack may know of incidents before this one, so what is waited for has its names.
    wanted = {
        f"Pod {incident.checkout} OOMKilled": (incident.checkout, "OOMKilled"),
        f"BackOff event of {incident.checkout}": (incident.checkout, "had the event BackOff"),
        f"GPU memory used on {incident.trainer}": (incident.trainer, "GPU memory used on"),
        f"PaymentErrorsHigh {incident.payment}": (incident.payment, "is firing"),
        f"{incident.payment} card declined": (incident.payment, "was declined"),
        f"{incident.request}": (incident.request,),
        f"{incident.billing} failed": (incident.billing, "charge_cards"),
        f"run {incident.best_run}": (incident.best_run,),
    }
    deadline = time.monotonic() + PATIENCE_S
    while wanted:
        assert time.monotonic() < deadline, f"not retrievable within {PATIENCE_S} s: {list(wanted)}"
        found = [query for query, parts in wanted.items() if is_found(settings, api_key, query, {}, *parts)]
        for query in found:
            del wanted[query]
        time.sleep(1)
    return incident


def ask(service: httpx.Client, question: str) -> tuple[str, dict[str, Any]]:
    body = {"model": "runlore", "messages": [{"role": "user", "content": question}]}
    answer = service.post("/v1/chat/completions", json=body).raise_for_status().json()
    return answer["choices"][0]["message"]["content"], answer["runlore"]


def is_pod(cite: dict[str, Any], incident: Incident) -> bool:
    return bool(cite["type"] == "kubernetes" and cite["name"] == f"{incident.checkout}-7d9f8c6b5-x2vqn")


def is_memory(cite: dict[str, Any], incident: Incident) -> bool:  # noqa: ARG001 - one signature for all
    return bool(cite["type"] == "promql" and cite["query"] == "DCGM_FI_DEV_FB_USED")


def is_run(cite: dict[str, Any], incident: Incident) -> bool:
    return bool(cite["type"] == "mlflow" and cite["run"] == incident.best_run)


def is_log(cite: dict[str, Any], incident: Incident) -> bool:  # noqa: ARG001
    return bool(cite["type"] == "log" and cite["topic"] == topics.LOGS)


def is_alert(cite: dict[str, Any], incident: Incident) -> bool:
    return bool(cite["type"] == "alert" and cite["labels"]["service"] == incident.payment)


def is_dag(cite: dict[str, Any], incident: Incident) -> bool:
    return bool(cite["type"] == "airflow" and cite["dag_id"] == incident.billing)


@pytest.mark.parametrize(
    ("question", "facts", "is_right"),
    [
        ("Why did {checkout} restart?", ("OOMKilled", "exit code 137"), is_pod),
        ("Почему перезапустился {checkout}?", ("OOMKilled", "exit code 137"), is_pod),
        ("Is GPU memory on {trainer} unusual?", ("is unusual since", "77.9 GiB"), is_memory),
        ("Необычно ли потребление памяти GPU на {trainer}?", ("is unusual since", "77.9 GiB"), is_memory),
        ("Which run of {fraud} beats production?", ("{best_run}", "val_auc 0.941 against 0.923"), is_run),
        ("Какой запуск {fraud} лучше продакшена?", ("{best_run}", "val_auc 0.941 against 0.923"), is_run),
        ("What errors does {payment} log?", ("was declined: issuer timed out",), is_log),
        ("Какие ошибки пишет {payment}?", ("was declined: issuer timed out",), is_log),
        ("What happened to request {request}?", ("{request} lost its upstream",), is_log),
        ("Что случилось с запросом {request}?", ("{request} lost its upstream",), is_log),
        ("Which alerts are firing for {payment}?", ("PaymentErrorsHigh", "is firing since"), is_alert),
        ("Какие алерты горят у {payment}?", ("PaymentErrorsHigh", "is firing since"), is_alert),
        ("Did {billing} fail?", ("{billing} failed", "ConnectionError: bank refused"), is_dag),
        ("Упал ли {billing}?", ("{billing} failed", "ConnectionError: bank refused"), is_dag),
    ],
)
def test_one_of_the_first_two_citations_is_what_was_asked_about(
    service: httpx.Client,
    incident: Incident,
    question: str,
    facts: tuple[str, ...],
    is_right: Callable[[dict[str, Any], Incident], bool],
) -> None:
    names = vars(incident)
    text, provenance = ask(service, question.format(**names))
    # An incident may stand first, and what shows it second.
    told = "\n".join(line for line in text.splitlines() if "[1]" in line or "[2]" in line)
    for fact in facts:
        assert fact.format(**names) in told, text
    cited = [one["cite"] for one in provenance["citations"][:2]]
    assert any(is_right(cite, incident) for cite in cited), cited


@pytest.mark.parametrize(
    ("question", "is_there"),
    [
        ("What happened to {checkout} in the last 30 minutes?", True),
        ("Что было с {checkout} за последние полчаса?", True),
        ("What happened to {checkout} yesterday between 10 and 11?", False),
        ("Что было с {checkout} вчера с 10 до 11?", False),
    ],
)
def test_a_time_in_the_question_leaves_out_what_happened_at_others(
    service: httpx.Client, incident: Incident, question: str, *, is_there: bool
) -> None:
    text, provenance = ask(service, question.format(**vars(incident)))
    # Its event and its state both tell of it, and either may be what is quoted. Where neither is from then,
    # the newest of another time is told as such.
    is_unseen = text.startswith((f"Nothing was seen of {incident.checkout} ", f"О {incident.checkout} с "))
    assert is_unseen is not is_there, text
    assert not is_there or f"Pod {incident.checkout}-7d9f8c6b5-x2vqn" in text, text
    assert provenance["window"]["begin"] < provenance["window"]["end"]
    assert (provenance["window"]["end"] > incident.at.isoformat()) is is_there


def test_a_healthy_pod_of_the_same_service_is_not_the_answer(
    service: httpx.Client, incident: Incident
) -> None:
    text, _ = ask(service, f"Why did {incident.checkout} restart?")
    first = next(line for line in text.splitlines() if "[1]" in line)
    assert f"{incident.checkout}-7d9f8c6b5-m4kpz" not in first
