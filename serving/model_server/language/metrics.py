"""Prometheus metrics of a language model's server; KServe's `/metrics` route exposes them."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

REQUESTS = Counter("runlore_llm_requests", "Requests to the language model.", ["outcome"])
TOKENS = Counter("runlore_llm_tokens", "Tokens that the language model read and wrote.", ["kind"])
FIRST_SECONDS = Histogram(
    "runlore_llm_first_token_seconds", "Time until the first token, waiting left out.", buckets=_SECONDS
)
MODEL = Gauge("runlore_llm_info", "The served language model, always 1.", ["model"])
