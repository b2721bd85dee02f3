"""Unit tests need no stack: settings name places that nobody listens at."""

import os
import tempfile
from pathlib import Path

# Before Airflow or the DAGs are imported: they read their configuration at import.
_FOLDER = tempfile.TemporaryDirectory(prefix="runlore-unit-")
_HOME = Path(_FOLDER.name)
os.environ |= {
    "AIRFLOW_HOME": str(_HOME / "airflow"),
    "RUNLORE_URL": "http://127.0.0.1:1",
    "RUNLORE_OPENSEARCH_URL": "http://127.0.0.1:1",
    "RUNLORE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
    "RUNLORE_REDIS_URL": "redis://127.0.0.1:1",
    "RUNLORE_MLFLOW_TRACKING_URI": "http://127.0.0.1:1",
    "RUNLORE_KSERVE_URL": "http://127.0.0.1:1",
    "RUNLORE_PROMETHEUS_URL": "http://127.0.0.1:1",
    "RUNLORE_STAGING_URL": f"file://{_HOME}/staging",
    "RUNLORE_WORK_DIR": str(_HOME / "work"),
    "RUNLORE_TOKENIZER_FILE": str(_HOME / "tokenizer.json"),
    "RUNLORE_API_KEY_FILE": str(_HOME / "api-key"),
    "RUNLORE_MASK_KEY_FILE": str(_HOME / "mask-key"),
    "RUNLORE_DOCS": '[{"url": "/docs"}]',
}
(_HOME / "mask-key").write_text("a key for unit tests")
