"""A deployment breaks among healthy ones and old warnings; an incident says so, wherever it is asked for."""

import json
import re
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from opensearchpy import OpenSearch

from processors.knowledge import topics
from processors.knowledge.incidents.sections import HEADS
from processors.pipelines.correlate import correlate
from processors.pipelines.rag.embed import embed_events
from processors.pipelines.rag.index import index_chunks
from processors.pipelines.rag.ingest import ingest_events
from processors.pipelines.rag.light import process_events
from processors.settings import Settings
from processors.stores import kafka
from processors.versions import builds, catalog, deletion, promotion, swaps
from processors.versions.names import cover_family
from tests.conftest import hold_off
from tests.support import cluster as k8s

pytestmark = pytest.mark.usefixtures("live_versions")
Objects = list[dict[str, Any]]

# Few: the gate of a later version asks for each object by its name, and many that are alike hide one another.
HEALTHY = ("mailer", "search")
PATIENCE_S = 120
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PULL = 'Failed to pull image "shop/basket:1.4.3": manifest for shop/basket:1.4.3 not found'


def break_deployment(namespace: str) -> Objects:
    """Return a deployment whose new image isn't there, and what happens to its pod."""
    deployment = k8s.make_deployment(
        "basket", k8s.make_container(image="shop/basket:1.4.3"), ready=0, namespace=namespace
    )
    pod = k8s.make_pod(deployment, state=k8s.waiting("ImagePullBackOff", "Back-off pulling image"))
    event = k8s.make_event(pod, "Failed", _PULL)
    return [deployment, k8s.make_replica_set(deployment), pod, event]


def surround(namespace: str) -> Objects:
    """Return what is all right, and a warning of long ago about what is all right since."""
    healthy = [part for name in HEALTHY for part in k8s.make_healthy(name, namespace)]
    pod = next(object_ for object_ in healthy if object_["kind"] == "Pod")
    return [*healthy, k8s.make_event(pod, "FailedScheduling", "0/1 nodes are available", minutes=300)]


def send(settings: Settings, namespace: str, objects: Objects, **headers: str) -> None:
    """Send objects as a watch does, with times that are as long ago as they are before noon."""
    late = datetime.now(UTC) - k8s.NOON

    def move(found: re.Match[str]) -> str:
        return f"{datetime.fromisoformat(found[0]) + late:%Y-%m-%dT%H:%M:%SZ}"

    named = {"cluster": namespace, **headers}
    bodies = [_TIME.sub(move, json.dumps(object_)).encode() for object_ in objects]
    kafka.produce(settings.kafka, topics.KUBERNETES, [(namespace, body, named) for body in bodies])


def find(client: OpenSearch, namespace: str, index: str = "rag", kind: str = "incident") -> Objects:
    of = [{"term": {"kind": kind}}, {"term": {"cluster": namespace}}]
    body = {"size": 200, "query": {"bool": {"filter": of}}, "_source": {"excludes": ["embedding"]}}
    return [hit["_source"] for hit in client.search(index=index, body=body)["hits"]["hits"]]


def wait_for(client: OpenSearch, namespace: str, state: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = [one for one in find(client, namespace) if one["labels"]["state"] == state]
        if found:
            (incident,) = found
            return incident
        assert time.monotonic() < deadline, f"no {state} incident after {PATIENCE_S} s"
        time.sleep(0.2)


@pytest.fixture
def service(settings: Settings) -> Any:
    key = settings.access.read_api_key()
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"}
    with httpx.Client(base_url=settings.service.url, headers=headers, timeout=60) as client:
        yield client


def test_an_incident_is_found_cited_closed_and_found_again_in_another_version(
    settings: Settings, client: OpenSearch, service: httpx.Client, airflow: httpx.Client
) -> None:
    namespace = f"shop-{uuid.uuid4().hex[:8]}"
    older = catalog.find_live(client, "rag")
    assert older
    before = catalog.read_meta(client, older)
    send(settings, namespace, [*surround(namespace), *break_deployment(namespace)])
    incident = wait_for(client, namespace, "open")
    assert incident["labels"]["object"] == "Deployment/basket"
    assert incident["title"].startswith(
        f"Deployment basket in namespace {namespace}: image shop/basket:1.4.3"
    )
    assert len(find(client, namespace)) == 1
    assert find_kinds(client, incident["cite"]["evidence"]) <= {"k8s_state", "k8s_event"}

    filters = {"kind": "incident", "namespace": namespace}
    asked = {"query": f"why is basket in {namespace} down?", "pipeline": "rag", "filters": filters}
    (hit,) = service.post("/v1/retrieve", json=asked).raise_for_status().json()["hits"]
    assert (hit["chunk_id"], hit["cite"]["evidence"]) == (incident["chunk_id"], incident["cite"]["evidence"])

    with hold_off(airflow, "rag_pipeline"), hold_off(airflow, "correlate"):
        # Whatever else goes on in the stack, this incident isn't written again.
        correlate(settings, "again")
        assert find(client, namespace) == [incident]
        newer = promote_empty_version(client, older, before)
        try:
            assert find(client, namespace) == []
            catch_up(settings)
            (again,) = find(client, namespace)
            assert again["chunk_id"] == incident["chunk_id"]
            assert forget(again["text"]) == forget(incident["text"])
            fix(settings, namespace)
            catch_up(settings)
            (resolved,) = find(client, namespace)
            assert resolved["text"].startswith(f"{incident['title']}. Resolved: it was so from ")
            assert (resolved["labels"]["state"], resolved["severity"]) == ("resolved", "info")
        finally:
            swaps.roll_back(client, "rag")
            deletion.delete_version(client, newer)
        # The older version knows nothing of the end before it has caught up.
        assert [one["labels"]["state"] for one in find(client, namespace)] == ["open"]
        catch_up(settings)
        (caught_up,) = find(client, namespace, cover_family(older))
        assert (caught_up["chunk_id"], caught_up["labels"]["state"]) == (incident["chunk_id"], "resolved")


def forget(text: str) -> list[str]:
    """Return what is told of an incident without what helped in others, which an empty version can't know."""
    return [line for line in text.splitlines() if not line.startswith(HEADS["helped"])]


def catch_up(settings: Settings) -> None:
    """Do what a run of each of the two DAGs does."""
    run = uuid.uuid4().hex
    ingested = ingest_events(settings, run)
    assert ingested
    process_events(settings, ingested["run_url"])
    embed_events(settings, ingested["run_url"])
    assert index_chunks(settings, [ingested["run_url"]])["evidence"]
    correlate(settings, run)


def find_kinds(client: OpenSearch, ids: list[str]) -> set[str]:
    """Return the kinds of chunks that are all there."""
    assert ids
    found = client.search(index="rag", body={"size": len(ids), "query": {"ids": {"values": ids}}})["hits"][
        "hits"
    ]
    assert {hit["_id"] for hit in found} == set(ids)
    return {hit["_source"]["kind"] for hit in found}


def promote_empty_version(client: OpenSearch, older: str, before: dict[str, Any]) -> str:
    """Promote a version that holds nothing and reads on from before the trouble, as a rebuilt one does."""
    kept = {name: before.get(name) for name in ("positions", "log_state", "embedding_model", "dead_letters")}
    with builds.begin_build(client, "rag", {**kept, "slice": 1, "parent": older}) as newer:
        pass
    with builds.go_on_with(client, "rag", newer):
        promotion.promote_build(client, "rag", newer, older)
    return newer


def fix(settings: Settings, namespace: str) -> None:
    """Take the image back; the pod that couldn't pull it goes."""
    deployment, _, pod, _ = break_deployment(namespace)
    send(settings, namespace, [pod], type="DELETED")
    healthy = k8s.changed(k8s.make_deployment("basket", namespace=namespace), minutes=0)
    send(settings, namespace, [healthy, k8s.make_replica_set(healthy), k8s.make_pod(healthy, "a1b2c")])
    assert deployment["metadata"]["uid"] == healthy["metadata"]["uid"]


def test_an_incident_that_nothing_shows_any_more_is_resolved_without_being_told(
    settings: Settings, client: OpenSearch
) -> None:
    """As when what showed it has left the version, and nothing comes after it."""
    namespace = f"shop-{uuid.uuid4().hex[:8]}"
    send(settings, namespace, break_deployment(namespace))
    incident = wait_for(client, namespace, "open")
    live = catalog.find_live(client, "rag")
    evidence = {"filter": [{"term": {"cluster": namespace}}], "must_not": [{"term": {"kind": "incident"}}]}
    body = {"query": {"bool": evidence}}
    client.delete_by_query(index=cover_family(live or ""), body=body, params={"refresh": "true"})
    correlate(settings, "later")
    assert wait_for(client, namespace, "resolved")["chunk_id"] == incident["chunk_id"]
