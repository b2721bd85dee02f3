"""What every chunk must fulfil to be shown: groups, filters, the time and the place that were asked about."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from processors.retrieval.question.time_window import TimeWindow

DYNAMIC_KINDS: Final = frozenset(
    {
        "log_pattern", "metric_window", "alert", "k8s_event", "k8s_state", "ml_run", "ml_model",
        "pipeline_run", "incident", "action",
    }
)  # fmt: skip
KEYWORD_FILTERS: Final = (
    "source", "kind", "service", "severity", "cluster", "namespace", "doc_id", "chunk_id",
)  # fmt: skip
_IS_DOCUMENT: Final[dict[str, Any]] = {"bool": {"must_not": [{"terms": {"kind": sorted(DYNAMIC_KINDS)}}]}}
# Lines that the stack writes to itself, to see that it works.
CANARY_SERVICE: Final = "runlore-canary"
_DATE_OPERATORS: Final = frozenset({"gt", "gte", "lt", "lte"})


class FilterError(ValueError):
    """A filter is not one of the known ones."""


def list_conditions(
    groups: Sequence[str],
    filters: Mapping[str, Any] | None = None,
    window: TimeWindow | None = None,
    namespaces: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Return what every chunk must fulfil to be shown to somebody, whatever is searched for.

    Args:
        groups: Of the one who asks; only chunks that one of them may see are candidates.
        filters: Keyword fields with a value or a list of values, and `observed_at` with a range.
        window: Time asked about; what happened at other times is left out. Documents never are.
        namespaces: Asked about; what happened in others is left out. Documents never are.

    Raises:
        FilterError: A filter is not one of the known ones.
    """
    return [
        {"terms": {"acl": sorted(groups)}},
        {"bool": {"must_not": [{"term": {"service": CANARY_SERVICE}}]}},
        *_build_filters(filters or {}),
        *([_build_overlap(window)] if window else []),
        *([_build_place(namespaces)] if namespaces else []),
    ]


def _build_overlap(window: TimeWindow) -> dict[str, Any]:
    """Return the filter of what happened in a window, be it in part; a chunk without a begin is a moment."""
    begin, end = (moment.isoformat() for moment in window)
    began = [
        {"range": {"began_at": {"lte": end}}},
        {
            "bool": {
                "must_not": [{"exists": {"field": "began_at"}}],
                "filter": [{"range": {"observed_at": {"lte": end}}}],
            }
        },
    ]
    happened = [{"range": {"observed_at": {"gte": begin}}}, {"bool": {"should": began}}]
    return {"bool": {"should": [_IS_DOCUMENT, {"bool": {"filter": happened}}]}}


def _build_place(namespaces: Sequence[str]) -> dict[str, Any]:
    """Return the filter of what happened in namespaces; what lies in none may name one in its text."""
    names = [
        {"multi_match": {"query": name, "type": "phrase", "fields": ["title", "text"]}} for name in namespaces
    ]
    lies_in_one = {"range": {"namespace": {"gt": ""}}}
    names_one = {"bool": {"should": names, "minimum_should_match": 1, "must_not": [lies_in_one]}}
    return {"bool": {"should": [_IS_DOCUMENT, {"terms": {"namespace": list(namespaces)}}, names_one]}}


def _build_filters(filters: Mapping[str, Any]) -> list[dict[str, Any]]:
    clauses: list[dict[str, Any]] = []
    for name, value in filters.items():
        if name in KEYWORD_FILTERS:
            clauses.append({"terms": {name: value if isinstance(value, list) else [value]}})
        elif name == "observed_at" and isinstance(value, dict) and value.keys() <= _DATE_OPERATORS:
            clauses.append({"range": {"observed_at": value}})
        else:
            known = ", ".join(KEYWORD_FILTERS)
            raise FilterError(
                f"filter {name!r} must be one of {known} with a value or a list of values, "
                "or observed_at with gt, gte, lt or lte"
            )
    return clauses
