"""An observation as a reading needs it: the hit, and beside it where it was made and its figures."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from processors.knowledge.severities import CALM
from processors.retrieval.hybrid import HIT_FIELDS, Hit, parse_hits
from processors.retrieval.readings.reading import Line, Role

SEEN_FIELDS: Final = (*HIT_FIELDS, "labels", "namespace", "service", "cluster", "began_at")

# What a window of log lines says of itself before it shows some of them.
_ABOUT_LINES: Final = ("New: ", "It varies in ")
_LONGEST_QUOTE: Final = 400


class Seen(NamedTuple):
    """An observation."""

    hit: Hit
    labels: Mapping[str, str]
    namespace: str
    service: str
    cluster: str
    began_at: str

    @property
    def key(self) -> str:
        """The id of its chunk."""
        return self.hit["chunk_id"]

    @property
    def kind(self) -> str:
        """Of the chunk."""
        return self.hit["kind"]

    @property
    def observed(self) -> datetime:
        """When it was seen last."""
        return _read(self.hit["observed_at"])

    @property
    def began(self) -> datetime:
        """When it was seen first."""
        return _read(self.began_at or self.hit["observed_at"])

    @property
    def is_wrong(self) -> bool:
        """Whether it tells that something isn't as it should be."""
        return self.hit["severity"].lower() not in CALM


def _read(stated: str) -> datetime:
    moment = datetime.fromisoformat(stated) if stated else datetime.min
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_seen(response: Mapping[str, Any]) -> list[Seen]:
    """Return the observations of a search response, in its order.

    Example:
        >>> source = {"chunk_id": "a", "kind": "alert", "labels": {"job": "redis"}, "service": "redis"}
        >>> found = {"_id": "a", "_index": "rag-v000001", "_score": None, "_source": source}
        >>> (seen,) = parse_seen({"hits": {"hits": [found]}})
        >>> seen.key, seen.labels, seen.service
        ('a', {'job': 'redis'}, 'redis')
    """
    sources = (found["_source"] for found in response["hits"]["hits"])
    return [
        Seen(
            hit,
            source.get("labels") or {},
            source.get("namespace") or "",
            source.get("service") or "",
            source.get("cluster") or "",
            source.get("began_at") or "",
        )
        for hit, source in zip(parse_hits(response), sources, strict=True)
    ]


def quote_seen(seen: Seen) -> str:
    """Return the line that sums an observation up; of log lines the first that was logged comes with it.

    Example:
        >>> text = "2 log lines of pay (error) at 10:00 UTC:\\nNew: never before.\\ndeclined"
        >>> hit = {"kind": "log_pattern", "text": text}
        >>> quote_seen(Seen(hit, {}, "", "", "", ""))
        '2 log lines of pay (error) at 10:00 UTC: declined'
    """
    lines = [line.strip() for line in seen.hit["text"].splitlines() if line.strip()]
    if not lines:
        return seen.hit["title"]
    logged = [line for line in lines[1:] if not line.startswith(_ABOUT_LINES)]
    if seen.kind == "log_pattern" and lines[0].endswith("UTC:") and logged:
        return _cut(f"{lines[0]} {logged[0]}")
    return _cut(lines[0])


def _cut(line: str) -> str:
    if len(line) <= _LONGEST_QUOTE:
        return line
    return re.sub(r"\s+\S*$", "", line[:_LONGEST_QUOTE]) + "…"


def quote_line(seen: Seen, role: Role = "item") -> Line:
    """Return a line that only quotes an observation."""
    return Line("", (seen.key,), quote=quote_seen(seen), role=role)


def list_hits(seen: Iterable[Seen]) -> list[Hit]:
    """Return the hits of observations."""
    return [one.hit for one in seen]
