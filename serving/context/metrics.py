"""What the service tells Prometheus; names are `runlore_<noun>_<unit>`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from serving.context.timing import Part, waiting
from serving.context.tracing import record_stage, trace_stage

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 10.0)

REQUEST_SECONDS: Final = Histogram(
    "runlore_request_seconds",
    "From a request's arrival to the end of its answer.",
    ("route", "status"),
    buckets=_BUCKETS,
)
STAGE_SECONDS: Final = Histogram(
    "runlore_stage_seconds", "Time in one stage of answering.", ("stage",), buckets=_BUCKETS
)
CACHE_LOOKUPS: Final = Counter("runlore_cache_lookups", "Cache look-ups by outcome.", ("outcome",))
QUESTIONS: Final = Counter(
    "runlore_asked_questions", "Questions by whether Kafka holds them for the cache's warming.", ("outcome",)
)
ANSWERS: Final = Counter("runlore_chat_answers", "Chat answers by model and who wrote them.", ("model", "by"))
DEGRADED: Final = Counter("runlore_degraded_answers", "Answers made without a part that was down.", ("part",))
ROUTES: Final = Counter("runlore_routed_questions", "Questions by the knowledge they were for.", ("route",))
FOLLOW_UPS: Final = Counter(
    "runlore_follow_up_questions", "Follow-ups condensed into one question, and by whom.", ("by",)
)
ABSTENTIONS: Final = Counter(
    "runlore_abstained_answers", "Answers that only say that nothing is known.", ("model",)
)
UNCITED: Final = Counter("runlore_uncited_claims", "Claims of answers that cite no source.", ("model",))
WITHHELD: Final = Counter(
    "runlore_withheld_answers",
    "Answers of a weak model that are not shown, for they cite nothing.",
    ("model",),
)
ACTIONS: Final = Counter(
    "runlore_actions", "Actions that were begun, by name and where they were asked for.", ("action", "source")
)
INVESTIGATIONS: Final = Counter(
    "runlore_investigated_alerts", "Alerts that came in, by what became of them.", ("outcome",)
)
FEEDBACK: Final = Counter("runlore_rated_answers", "Answers rated by those who asked.", ("rating",))
ACTIVE_STREAMS: Final = Gauge("runlore_active_streams", "Answers being streamed now.")
BREAKER_STATE: Final = Gauge(
    "runlore_breaker_state",
    "Whether a part is asked: 0 yes, 1 one call tries it, 2 it is left alone.",
    ("part",),
)
LIMIT_CHECKS: Final = Counter(
    "runlore_limit_checks", "Questions by whether the limits of their user let them in.", ("outcome",)
)
AUDIT_LINES: Final = Counter(
    "runlore_audit_lines", "Lines of the audit log, written, unwritable or lost.", ("outcome",)
)
BROKEN_ANSWERS: Final = Counter(
    "runlore_broken_answers", "Answers that ended with an error after their first word."
)
RETRIES: Final = Counter(
    "runlore_retries", "Second attempts by part, and those that the budget forbade.", ("part", "outcome")
)
_RATIOS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 1.0)
SHADOW_READS: Final = Counter(
    "runlore_shadow_reads", "Questions for a candidate by what came of them.", ("pipeline", "outcome")
)
SHADOW_OVERLAP: Final = Histogram(
    "runlore_shadow_overlap_ratio",
    "Share of the first ten documents that candidate and live version both found.",
    ("pipeline",),
    buckets=_RATIOS,
)
SHADOW_RANK_OVERLAP: Final = Histogram(
    "runlore_shadow_rank_overlap_ratio",
    "Rank-biased overlap of candidate and live version.",
    ("pipeline",),
    buckets=_RATIOS,
)
SHADOW_SECONDS: Final = Histogram(
    "runlore_shadow_search_seconds",
    "Searches of shadow reads by the version searched.",
    ("pipeline", "version"),
    buckets=_BUCKETS,
)


@contextmanager
def time_stage(stage: str) -> Iterator[None]:
    """Measure a stage in which something is waited for: versions, cache, embedding, search or model_open.

    It is a span of the request's trace too.
    """
    part: Part = "model" if stage == "model_open" else "search"
    with STAGE_SECONDS.labels(stage).time(), waiting(part), trace_stage(stage):
        yield


def note_stage(stage: str, seconds: float) -> None:
    """Measure a stage that took so many seconds until now: first_token or model."""
    STAGE_SECONDS.labels(stage).observe(seconds)
    record_stage(stage, seconds)
