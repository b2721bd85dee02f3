"""How long Kafka is waited for."""

from typing import Final

TIMEOUT_S: Final = 20.0
"""Of one request."""

TRANSACTION_MS: Final = 30_000

STALL_S: Final = TRANSACTION_MS / 1000 + 15
"""What a collector left open when it was killed holds readers up until its transaction times out."""
