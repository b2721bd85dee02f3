"""What was looked at: how much of each kind is there, up to when."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from processors.retrieval.readings.reading import Language
from processors.retrieval.readings.seen import Seen, parse_seen

_CITED: Final = 4
# In this order they are told and cited.
_KINDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "k8s_state": "Kubernetes object|s",
        "alert": "alert|s",
        "metric_window": "window|s of metrics",
        "log_pattern": "window|s of log lines",
        "k8s_event": "event|s",
        "pipeline_run": "record|s of DAG runs",
        "ml_run": "training run|s",
        "ml_model": "model|s",
        "incident": "incident|s",
        "action": "action|s",
    },
    "ru": {
        "k8s_state": "объектов Kubernetes",
        "alert": "алертов",
        "metric_window": "окон метрик",
        "log_pattern": "окон логов",
        "k8s_event": "событий",
        "pipeline_run": "записей о запусках DAG",
        "ml_run": "обучений",
        "ml_model": "моделей",
        "incident": "инцидентов",
        "action": "действий",
    },
}


class Survey(NamedTuple):
    """How many observations of each kind there are, the newest of each, and when the last was read."""

    counts: Mapping[str, int]
    newest: tuple[Seen, ...]
    as_of: datetime | None

    @property
    def total(self) -> int:
        """Of all kinds."""
        return sum(self.counts.values())


def parse_survey(response: Mapping[str, Any]) -> Survey:
    """Return what the response to `build_survey_query` tells."""
    buckets = {bucket["key"]: bucket for bucket in _read(response, "kinds").get("buckets", [])}
    known = [kind for kind in _KINDS["en"] if kind in buckets]
    newest = [seen for kind in known for seen in parse_seen(buckets[kind]["newest"])]
    read_at = _read(response, "as_of").get("value")
    return Survey(
        {kind: int(buckets[kind]["doc_count"]) for kind in known},
        tuple(newest),
        datetime.fromtimestamp(read_at / 1000, UTC) if read_at else None,
    )


def _read(response: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    told: Mapping[str, Any] = response.get("aggregations", {}).get(name, {})
    return told


def say_looked_at(survey: Survey, language: Language) -> str:
    """Return how much was looked at, in words.

    Example:
        >>> say_looked_at(Survey({"alert": 2, "k8s_state": 7}, (), None), "en")
        '2 alerts, 7 Kubernetes objects'
        >>> say_looked_at(Survey({}, (), None), "ru")
        'ничего'
    """
    told = [_say(count, _KINDS[language][kind], language) for kind, count in survey.counts.items() if count]
    return ", ".join(told) or ("ничего" if language == "ru" else "nothing")


def _say(count: int, word: str, language: Language) -> str:
    if language == "ru":
        return f"{word} {count}"
    return f"{count} {word.replace('|s', '' if count == 1 else 's')}"


def narrow_survey(survey: Survey, kinds: Collection[str]) -> Survey:
    """Return a survey of some kinds alone.

    Example:
        >>> narrow_survey(Survey({"alert": 2, "k8s_event": 7}, (), None), ["alert"]).counts
        {'alert': 2}
    """
    counts = {kind: count for kind, count in survey.counts.items() if kind in kinds}
    return survey._replace(counts=counts, newest=tuple(one for one in survey.newest if one.kind in kinds))


def cite_survey(survey: Survey) -> tuple[str, ...]:
    """Return the ids of the newest observations, which show up to when was looked."""
    return tuple(seen.key for seen in survey.newest[:_CITED])
