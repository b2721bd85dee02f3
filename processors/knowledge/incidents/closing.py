"""How an incident ends: its passage says since when it is resolved, and what helped."""

from datetime import datetime
from typing import Final

from processors.knowledge.chunk import ENDED, Chunk
from processors.knowledge.incidents.words import OPEN
from processors.knowledge.kubernetes.words import say_moment

RESOLVED: Final = "resolved"


def is_open(chunk: Chunk) -> bool:
    """Tell whether an incident's passage says that it is there."""
    return chunk["labels"].get("state") == OPEN


def close_incident(chunk: Chunk, at: datetime, helped: str = "") -> Chunk:
    """Return the passage of an incident whose evidence is gone.

    Its vector stays, for what it is about is the same.

    Args:
        chunk: Its passage as long as it was open.
        at: When its evidence was found to be gone.
        helped: What changed before that, in a sentence without a full stop.
    """
    span = f"from {say_moment(datetime.fromisoformat(chunk['began_at']))} to {say_moment(at)}"
    ended = f"{chunk['title']}. Resolved: it was so {span}, and nothing shows it any more."
    lines = [ended, *([f"What helped: {helped}."] if helped else [])]
    # The first line said that it goes on.
    first, *rest = chunk["text"].splitlines() or [""]
    facts = {"state": RESOLVED, "resolved_at": at.isoformat(), **({"helped": helped} if helped else {})}
    return {
        **chunk,
        "text": "\n".join([*lines, f"It was: {first}", *rest]),
        "severity": "info",
        "observed_at": at.isoformat(),
        "labels": {**chunk["labels"], **facts},
        "cite": {**chunk["cite"], "state": RESOLVED},
        "values": [*(value for value in chunk.get("values", []) if value != ENDED), ENDED],
    }
