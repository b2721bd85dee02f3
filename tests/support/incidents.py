"""Observations and incidents, as far as tests of what is done with them need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_factory import Batch
from processors.knowledge.incidents.incident import Cause, Incident, Seen
from processors.knowledge.incidents.observation import Observation, observe
from processors.knowledge.incidents.views import PUBLIC, Told
from processors.pipelines.incidents.telling import tell_incident

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BATCH = Batch("run-1", NOW.isoformat())


def make_observation(chunk_id: str, *groups: str, **fields: Any) -> Observation:
    """Return the state of a Deployment for these groups, or for all."""
    known = {"kind": "k8s_state", "severity": "error", "observed_at": NOW.isoformat(), "title": chunk_id}
    return observe({"chunk_id": chunk_id, "acl": list(groups or (PUBLIC,)), **known, **fields})


def make_incident(name: str = "checkout", rule: str = "image", **fields: Any) -> Incident:
    """Return an incident of a Deployment that began ten minutes ago."""
    path, title = f"Deployment/{name}", f"Deployment {name} in namespace shop: its image can't be pulled"
    cause = Cause(path, "shop", f"Deployment {name} names an image that isn't there.", 0.9, ("e1",), rule)
    known: dict[str, Any] = {
        "key": f"prod/shop/{path}/{rule}",
        "title": title,
        "causes": (cause,),
        "affected": (),
        "changes": (),
        "seen": (Seen("Pod checkout-1 waits: ImagePullBackOff", "e1", "kubectl get pod checkout-1"),),
        "began_at": NOW - timedelta(minutes=10),
        "observed_at": NOW,
        "severity": "error",
        "cluster": "prod",
        "namespace": "shop",
        "service": name,
        "evidence": ("e1",),
        "names": (name,),
    }
    return Incident(**{**known, **fields})


def tell(
    incident: Incident, held: dict[str, Chunk] | None = None, now: datetime = NOW, group: str = PUBLIC
) -> Chunk:
    """Return the passage of an incident."""
    return tell_incident(Told(group, incident), [], held or {}, now, BATCH)


def hold(*chunks: Chunk) -> dict[str, Chunk]:
    """Return passages as a version holds them."""
    of_run = ("write_version", "embedding")
    return {
        chunk["chunk_id"]: {name: value for name, value in chunk.items() if name not in of_run}  # type: ignore[misc]
        for chunk in chunks
    }
