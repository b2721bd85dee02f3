"""Sends a canary to every topic, after a look whether the last ones arrived."""

from datetime import UTC, datetime

from opensearchpy import NotFoundError, OpenSearch

from processors.knowledge.canaries import CANARY, find_lost, make_canaries
from processors.settings import Settings
from processors.stores import kafka
from processors.stores.search import open_search


def send_canaries(settings: Settings) -> dict[str, int]:
    """Send a canary to every topic that `rag_pipeline` drains.

    Returns:
        The number of canaries sent.

    Raises:
        RuntimeError: A canary of the last time can't be retrieved through the read alias by now; the new
            ones were sent.
    """
    now = datetime.now(UTC)
    canaries = make_canaries(now)
    last = {topic: kafka.read_collected(settings.kafka, _name(topic)) for topic in canaries}
    sent = {
        topic: datetime.fromisoformat(position["sent_at"]) for topic, position in last.items() if position
    }
    lost = find_lost(find_canaries(open_search(settings.opensearch)), sent)
    for topic, message in canaries.items():
        position = {"sent_at": now.isoformat()}
        kafka.send_collected(settings.kafka, _name(topic), topic, [message], position)
    if lost:
        raise RuntimeError(
            f"the canaries sent to {', '.join(lost)} since {min(sent[topic] for topic in lost).isoformat()} "
            "can't be retrieved through the alias rag: look at the runs of rag_pipeline and the dead letters"
        )
    return {"sent": len(canaries)}


def _name(topic: str) -> str:
    return f"canary-{topic}"


def find_canaries(client: OpenSearch) -> dict[str, datetime]:
    """Return, by kind, when the newest canary that the read alias shows was sent."""
    body = {
        "size": 0,
        "query": {"term": {"service": CANARY}},
        "aggs": {
            "kinds": {"terms": {"field": "kind"}, "aggs": {"newest": {"max": {"field": "observed_at"}}}}
        },
    }
    try:
        kinds = client.search(index="rag", body=body)["aggregations"]["kinds"]["buckets"]
    except NotFoundError:
        return {}
    return {kind["key"]: datetime.fromtimestamp(kind["newest"]["value"] / 1000, UTC) for kind in kinds}
