"""Whether a chunk that was just written may begin, change or end an incident."""

from typing import Final

from processors.knowledge.canaries import CANARY
from processors.knowledge.chunk import Chunk
from processors.knowledge.severities import CALM

# What they say goes on until they say something else, so calm words end an incident.
_ALWAYS: Final = frozenset({"k8s_state", "alert"})


def is_evidence(chunk: Chunk) -> bool:
    """Tell whether a chunk is worth looking at what is wrong anew.

    Args:
        chunk: Of a batch.

    Example:
        >>> calm = {"kind": "log_pattern", "severity": "info", "service": "shop"}
        >>> is_evidence(calm), is_evidence({**calm, "severity": "error"})
        (False, True)
    """
    return chunk["service"] != CANARY and (chunk["kind"] in _ALWAYS or chunk["severity"] not in CALM)
