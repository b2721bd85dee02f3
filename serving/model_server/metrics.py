"""Prometheus metrics of the model server; KServe's `/metrics` route exposes them."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

EMBEDDED_TEXTS = Counter("runlore_embedding_texts", "Texts embedded.", ["priority"])
EMBEDDING_SECONDS = Histogram(
    "runlore_embedding_seconds", "Embedding request, waiting included.", ["priority"], buckets=_SECONDS
)
BATCH_SECONDS = Histogram("runlore_inference_batch_seconds", "One inference of the model.", buckets=_SECONDS)
BATCH_TEXTS = Histogram("runlore_inference_batch_texts", "Texts in one inference.", buckets=range(1, 17))
QUEUED_TEXTS = Gauge("runlore_inference_queue_texts", "Texts waiting for the model.", ["priority"])
REJECTED_REQUESTS = Counter(
    "runlore_inference_rejected_requests", "Requests refused: queue full.", ["priority"]
)
ANSWERS = Counter("runlore_answers", "Answers of the extractive model.", ["outcome"])
ANSWER_SECONDS = Histogram("runlore_answer_seconds", "One answer of the extractive model.", buckets=_SECONDS)
UNIT_CACHE = Counter("runlore_unit_cache_lookups", "Lookups of source units' vectors.", ["result"])
MODEL = Gauge("runlore_model_info", "The served embedding model, always 1.", ["model", "revision"])
