"""What an object is otherwise than before: differences of what is kept of two of its states.

A state's chunk replaces the one before, so what changed is put into the chunk that replaces: the label
`changed`, when that was seen, and a sentence. It stays until the object changes again.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from processors.knowledge.chunk import Chunk
from processors.knowledge.kubernetes.facts import read_facts

CHANGED: Final = "changed"
"""Label: what changed, in words."""

CHANGED_SEEN: Final = "changed_seen_at"
"""Label: when the state with the change was of, ISO 8601."""

_COMPARED: Final = {
    "images": "image", "desired": "replicas", "env": "environment", "addresses": "address", "probes": "probe",
    "ports": "port", "requests": "requests", "limits": "limits", "selector": "selector",
    "node_selector": "node selector", "tolerations": "tolerations", "uses": "references",
    "pod_labels": "pod labels", "pull_secrets": "pull secret", "service_account": "service account",
    "hash": "content", "keys": "keys", "types": "policy types", "allows_ingress": "allowed ingress",
    "allows_egress": "allowed egress", "taints": "taints", "cordoned": "cordoned", "suspended": "suspended",
    "schedule": "schedule", "storage_class": "storage class", "backends": "backends", "maximum": "maximum",
    "paused": "paused",
}  # fmt: skip
# Each template has its own.
_HASH: Final = "pod-template-hash="
_LONGEST: Final = 600


def say_differences(old: Mapping[str, str], new: Mapping[str, str], without: Collection[str] = ()) -> str:
    """Return what of an object's labels differs, in words.

    Args:
        old: Labels of the state before.
        new: Labels of the state after.
        without: Names of labels that are not compared.

    Example:
        >>> say_differences({"images": "app=shop:1", "node": "a"}, {"images": "app=shop:2", "node": "b"})
        'image app=shop:1 became app=shop:2'
        >>> say_differences({"hash": "1"}, {"hash": "2"})
        'content changed'
    """
    told = []
    compared = {name: called for name, called in _COMPARED.items() if name not in without}
    for name, called in compared.items():
        before, after = (
            [fact for fact in read_facts(of.get(name, "")) if not fact.startswith(_HASH)] for of in (old, new)
        )
        gone, came = (
            [fact for fact in one if fact not in other] for one, other in ((before, after), (after, before))
        )
        if name == "hash" and gone and came:
            told.append(f"{called} changed")
        elif gone and came:
            told.append(f"{called} {', '.join(gone)} became {', '.join(came)}")
        elif gone or came:
            told.append(f"{called} {', '.join(gone or came)} was {'taken out' if gone else 'added'}")
    return "; ".join(told)[:_LONGEST]


def note_differences(chunks: Iterable[Chunk], held: Mapping[str, Mapping[str, str]]) -> list[Chunk]:
    """Return chunks, those of states with what changed since the state before.

    The same states give the same words however often they come: what equals the state before keeps its words.

    Args:
        chunks: Of a batch, in their order.
        held: The labels of the states that are held already, by chunk id.
    """
    before = {chunk_id: dict(labels) for chunk_id, labels in held.items()}
    told = []
    for chunk in chunks:
        if chunk["kind"] == "k8s_state":
            chunk = _note(chunk, before.get(chunk["chunk_id"], {}))
            before[chunk["chunk_id"]] = chunk["labels"]
        told.append(chunk)
    return told


def _note(chunk: Chunk, before: Mapping[str, str]) -> Chunk:
    said = say_differences(before, chunk["labels"]) if before and _is_there(chunk["labels"]) else ""
    at = chunk["labels"].get("changed_at") or chunk["observed_at"]
    if not said:
        said, at = before.get(CHANGED, ""), before.get(CHANGED_SEEN, "")
    if not said:
        return chunk
    labels = {**chunk["labels"], CHANGED: said, CHANGED_SEEN: at}
    return {**chunk, "labels": labels, "text": f"{chunk['text']}\nWhat changed last: {said} (seen at {at})."}


def _is_there(labels: Mapping[str, str]) -> bool:
    return labels.get("deleted") != "True"
