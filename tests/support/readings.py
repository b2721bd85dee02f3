"""A small index of what was observed, and questions that are put to its readings."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from evaluation.benchmarks.small_index import IndexInMemory
from processors.retrieval.question.understanding import understand
from processors.retrieval.readings.reading import Reading
from serving.answering.prompt import compose_with
from serving.retrieval.question import Question
from serving.retrieval.readings.reading import read_index

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VERSIONS: dict[str, str | None] = {"rag": "rag-v000002", "cag": "cag-v000003"}
CHECKOUT = "Deployment checkout in namespace shop"


def ago(minutes: float) -> str:
    """Return a moment before noon."""
    return (NOW - timedelta(minutes=minutes)).isoformat()


def make_chunk(chunk_id: str, kind: str, title: str, text: str = "", **fields: Any) -> dict[str, Any]:
    """Return a chunk of the index, calm and of now unless its fields say otherwise."""
    return {
        "chunk_id": chunk_id, "doc_id": f"doc-{chunk_id}", "kind": kind, "title": title,
        "text": text or title, "severity": "info", "observed_at": ago(1), "began_at": ago(1),
        "ingested_at": ago(0), "cluster": "prod", "namespace": "", "service": "", "labels": {}, "cite": {},
        "acl": ["public"], "values": [], **fields,
    }  # fmt: skip


def make_deployment(name: str, ready: int, desired: int = 3, **fields: Any) -> dict[str, Any]:
    """Return the state of a deployment in the namespace shop."""
    is_fine = ready == desired
    said = "is available" if is_fine else "has replicas that are not available"
    title = f"Deployment {name} in namespace shop"
    return make_chunk(
        f"d-{name}", "k8s_state", title, f"{title} {said}: {ready} of {desired} replicas are ready.",
        **{
            "namespace": "shop", "service": name, "severity": "info" if is_fine else "warning",
            "labels": {"desired": str(desired), "ready": str(ready)}, **fields,
        },
    )  # fmt: skip


def make_incident(chunk_id: str = "i-1", **fields: Any) -> dict[str, Any]:
    """Return an open incident of the deployment checkout."""
    title = f"{CHECKOUT}: image shop/checkout:1.4.3 can't be pulled"
    lines = (
        f"{title}, since 11:51:00 UTC on 2026-11-21.",
        f"Likely cause: {CHECKOUT} names an image that is not there",
        "Also possible: Node node-1 can't reach the registry",
        f"Changed before: {CHECKOUT} was rolled out as revision 8: image 1.4.2 became 1.4.3, at 11:50 UTC.",
        "Seen: Pod checkout-7d9f8c6b5-x2vqn waits in ImagePullBackOff.",
        "Runbook: Image can't be pulled (https://git.example/a/b).",
    )
    return make_chunk(
        chunk_id, "incident", title, "\n".join(lines),
        **{
            "severity": "error", "namespace": "shop", "service": "checkout", "began_at": ago(9),
            "labels": {"state": "open", "rule": "image", "object": "Deployment/checkout", "evidence": "p-1"},
            "cite": {"type": "incident", "state": "open", "evidence": ["p-1"]},
            "values": ["checkout", "checkout-7d9f8c6b5-x2vqn"], **fields,
        },
    )  # fmt: skip


def make_pod() -> dict[str, Any]:
    """Return the state of the pod that waits for its image."""
    title = "Pod checkout-7d9f8c6b5-x2vqn of deployment checkout in namespace shop"
    return make_chunk(
        "p-1", "k8s_state", title, f"{title} can't start: container app waits in ImagePullBackOff.",
        severity="error", namespace="shop", service="checkout",
        labels={"owner": "Deployment/checkout", "restarts": "4", "node": "node-1"},
    )  # fmt: skip


async def read(
    chunks: list[dict[str, Any]],
    question: str,
    *,
    before: tuple[str, ...] = (),
    groups: tuple[str, ...] = ("public",),
    metas: dict[str, Any] | None = None,
    filters: dict[str, Any] | None = None,
) -> Reading | None:
    """Return what the reading of a question's kind makes of an index."""
    clients: Any = SimpleNamespace(search=IndexInMemory(chunks, metas))
    asked = Question(understand(question, NOW, before=before), ("rag", "cag"), 8, groups, filters or {})
    return await read_index(clients, asked, "rag-v000002", VERSIONS, NOW)


async def say(chunks: list[dict[str, Any]], question: str, **more: Any) -> str:
    """Return the Markdown of a reading, empty if there is none."""
    reading = await read(chunks, question, **more)
    return compose_with(reading, reading.hits) if reading else ""
