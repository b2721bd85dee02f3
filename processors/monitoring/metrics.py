"""What is told of the pipelines; names are `runlore_<noun>_<unit>`. What can't be read now has no series."""

from typing import Final

from prometheus_client import Counter, Gauge

WAITING_RECORDS: Final = Gauge(
    "runlore_waiting_records", "Records of a topic that the live version doesn't hold yet.", ("topic",)
)
WAITING_SECONDS: Final = Gauge(
    "runlore_waiting_seconds",
    "How long the oldest record of a topic has waited for the live version; 0 if none waits.",
    ("topic",),
)
VERSION_NUMBER: Final = Gauge("runlore_version_number", "Number of the live version.", ("pipeline",))
VERSION_AGE: Final = Gauge(
    "runlore_version_age_seconds", "Since when the live version has been there.", ("pipeline",)
)
VERSION_CHUNKS: Final = Gauge("runlore_version_chunks", "Chunks that the live version holds.", ("pipeline",))
REFUSED_VERSIONS: Final = Gauge(
    "runlore_refused_versions", "Refused versions that are newer than the live one.", ("pipeline",)
)
OPEN_INCIDENTS: Final = Gauge("runlore_open_incidents", "Incidents that are not resolved.", ("severity",))
FAILED_READINGS: Final = Counter(
    "runlore_failed_readings", "Times that a part could not be read for these figures.", ("part",)
)
