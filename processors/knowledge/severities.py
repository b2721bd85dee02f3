"""What severities of chunks mean, whoever tells them."""

from typing import Final

CALM: Final = frozenset({"", "none", "debug", "info"})
"""What has one of these goes as it should."""

GRAVE: Final = frozenset({"error", "critical"})
"""What has one of these is more than a warning."""
