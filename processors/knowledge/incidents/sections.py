"""The parts of an incident's passage, by which it is written and read again."""

from typing import Final, Literal

KIND: Final = "incident"
"""Of the passage's chunk."""

Section = Literal["cause", "also", "changed", "affected", "seen", "helped", "runbook"]

HEADS: Final[dict[Section, str]] = {
    "cause": "Likely cause",
    "also": "Also possible",
    "changed": "Changed before",
    "affected": "Affected",
    "seen": "Seen",
    "helped": "What helped before",
    "runbook": "Runbook",
}
"""What each line of a part begins with, before a colon."""
