"""Which of a cluster's objects were told of and are not told to be gone.

The topic is kept for some days only, and an object that doesn't change is told of once. The live index holds
it for as long as it isn't told to be gone, so that is asked. What was sent and isn't indexed yet stands in
the topic behind the index's positions.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, NamedTuple

from processors.knowledge import topics
from processors.knowledge.positions import Positions
from processors.knowledge.record import Record
from processors.knowledge.untrusted import PoisonError, read_object
from processors.settings import Settings
from processors.stores import kafka
from processors.stores.kubernetes import Object
from processors.stores.living import list_living_states
from processors.stores.search import open_search
from processors.versions import catalog

_AT_ONCE: Final = 5_000


class Known(NamedTuple):
    """An object that was told of, or as much of it as an index holds, and the sentence that told it last."""

    object: Object
    last_known: str


def list_known(settings: Settings, cluster: str, cluster_uid: str, kind: str) -> list[Known]:
    """Return the objects of a kind that were told of and are not told to be gone, of those with a uid.

    Args:
        settings: Of the platform.
        cluster: Name of the cluster.
        cluster_uid: Uid of the cluster, which tells it from another of the same name.
        kind: Such as `Pod`.

    Raises:
        opensearchpy.exceptions.OpenSearchException: The live index can't be read.
        confluent_kafka.KafkaException: The topic can't be read.
    """
    client = open_search(settings.opensearch)
    live = catalog.find_live(client, "rag")
    known: dict[str, Known] = {}
    at: Positions = {}
    if live is not None:
        at = {
            topics.KUBERNETES: catalog.read_meta(client, live).get("positions", {}).get(topics.KUBERNETES, {})
        }
        states = list_living_states(client, live, cluster, cluster_uid)
        known = {name_object(k.object): k for k in map(remember_state, states) if k.object["kind"] == kind}
    while True:
        records, _, at = kafka.drain(settings.kafka, [topics.KUBERNETES], at, _AT_ONCE)
        if not records:
            return [one for one in known.values() if one.object["metadata"].get("uid")]
        fold_records(known, records, kind, cluster_uid)


def remember_state(state: dict[str, Any]) -> Known:
    """Return what an indexed state says of its object: its names, its owner, its service.

    Example:
        >>> cite = {"kind": "Pod", "namespace": "shop", "name": "pay-1", "uid": "u1"}
        >>> known = remember_state({"cite": cite, "text": "Pod pay-1 runs.", "service": "pay", "labels": {}})
        >>> known.object["metadata"]["uid"], known.last_known
        ('u1', 'Pod pay-1 runs.')
    """
    cite = state["cite"]
    meta = {name: cite[name] for name in ("namespace", "name", "uid") if cite.get(name)}
    if state.get("service"):
        meta["labels"] = {"app.kubernetes.io/name": state["service"]}
    kind, _, name = state["labels"].get("owner", "").partition("/")
    if name:
        meta["ownerReferences"] = [{"kind": kind, "name": name, "controller": True}]
    return Known({"kind": cite["kind"], "metadata": meta}, state["text"].partition("\n")[0])


def fold_records(known: dict[str, Known], records: Iterable[Record], kind: str, cluster_uid: str) -> None:
    """Add what records tell of, and take away what they tell to be gone.

    Args:
        known: By the name of `name_object`; changed in place.
        records: Of the topic, in the order of their offsets.
        kind: Others are not looked at.
        cluster_uid: Nor are other clusters.
    """
    for record in records:
        headers = record["headers"]
        if headers.get("cluster_uid") != cluster_uid or not record["key"].startswith(f"{kind}/"):
            continue
        if headers.get("type") == "DELETED":
            known.pop(record["key"], None)
        elif record["value"]:
            # What can't be read became a dead letter, and told of nothing.
            with suppress(PoisonError):
                known[record["key"]] = Known(read_object(record["value"]), "")


def name_object(object_: Object) -> str:
    """Return the key of an object's messages, which keeps them in one partition, in their order.

    Example:
        >>> name_object({"kind": "Node", "metadata": {"name": "n1", "uid": "6f"}})
        'Node//n1/6f'
    """
    meta = object_["metadata"]
    return "/".join((object_["kind"], meta.get("namespace", ""), meta["name"], meta.get("uid", "")))
