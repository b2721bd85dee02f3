"""The names of Kafka's topics."""

from typing import Final

LOGS: Final = "runlore.logs"
METRICS: Final = "runlore.metrics"
KUBERNETES: Final = "runlore.kubernetes"
MLFLOW: Final = "runlore.mlflow"
AIRFLOW: Final = "runlore.airflow"

DYNAMIC: Final = (LOGS, METRICS, KUBERNETES, MLFLOW, AIRFLOW)
"""What happens, as senders and collectors tell it."""

DOCS: Final = "runlore.docs"
"""Documents that changed; `cag_pipeline` is woken by it."""

QUERIES: Final = "runlore.queries"
"""What was asked, and how answers were rated."""

DEAD_LETTER: Final = "runlore.dead-letter"

COLLECTED: Final = "runlore.collected"
"""Compacted: up to where each collector has read its source."""

AUDIT: Final = "runlore.audit"
"""The second copy of the record of actions: one partition, and nothing of it is ever deleted."""

READ: Final = (*DYNAMIC, AUDIT)
"""What `rag_pipeline` reads; into the audit nobody else may write, so it has no canary."""

OWN_DATASET: Final = "runlore.self"
"""Marks the stack's own lines of logs, so that none of them is taken for somebody else's."""

ALL: Final = (*DYNAMIC, DOCS, QUERIES, DEAD_LETTER, COLLECTED, AUDIT)
