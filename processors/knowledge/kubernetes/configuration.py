"""Config maps and secrets in words: the names of their keys and hashes of their values, never a value.

The collector takes the hashes and leaves the values in the cluster. If another shipper sends the values, they
are not looked at: an unkeyed hash of a short password would give it away.
"""

from datetime import datetime

from processors.knowledge.fields import Object, take_labels, take_object, take_objects, take_text
from processors.knowledge.kubernetes.words import StateDescription, Verdict, list_moments

HASHES = "dataHashes"
"""Where the collector puts the hashes: a list of `key` and `hash`, the whole's under the key `*`."""

WHOLE = "*"


def describe_configuration(object_: Object, now: datetime) -> StateDescription:
    """Return what is told of a config map or a secret."""
    hashes = {take_text(h, "key"): take_text(h, "hash") for h in take_objects(object_, HASHES)}
    whole = hashes.pop(WHOLE, "")
    keys = sorted(
        hashes
        or {key for place in ("data", "binaryData", "stringData") for key in take_object(object_, place)}
    )
    type_ = take_text(object_, "type")
    told = f"holds {len(keys)} key{'' if len(keys) == 1 else 's'}"
    named = ", ".join(f"{key} (hash {hashes[key]})" if hashes.get(key) else key for key in keys)
    details = [
        *([f"Keys: {named}."] if keys else []),
        *(
            [f"Hash of all it holds: {whole}; another hash means that something in it has changed."]
            if whole
            else []
        ),
        *([f"Type {type_}."] if type_ else []),
        *(["It can't be changed (immutable)."] if object_.get("immutable") is True else []),
    ]
    labels = {"hash": whole, "keys": ",".join(keys), "type": type_}
    used_by = take_labels(object_, "metadata", "annotations").get("kubernetes.io/service-account.name", "")
    labels["service_account"] = used_by
    return StateDescription(Verdict(told, told, "info"), list_moments(object_, now), details, labels)
