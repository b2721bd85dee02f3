"""What every task imports stays small: each is a process of its own, and a person waits for five of them."""

import subprocess
import sys

# Hundreds of patterns are compiled by the one, seconds pass with the others.
HEAVY = {"processors.knowledge.redaction.masking", "mlflow", "matplotlib", "scipy"}
IMPORTED = (
    "dags.rag_pipeline",
    "processors.pipelines.rag.embed",
    "processors.pipelines.rag.index",
    "processors.versions.build_runs",
    "evaluation.measures.freshness",
)
"""By the tasks of a micro-batch, but for those that read events."""


def test_tasks_that_mask_and_draw_nothing_bring_nothing_for_it() -> None:
    # In one process, for Airflow takes seconds; what is brought is named with the first that brings it.
    steps = [f"import {module}; print('{module}', {HEAVY} & {{*sys.modules}})" for module in IMPORTED]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(["import sys", *steps])], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-len(IMPORTED) :] == [f"{module} set()" for module in IMPORTED]
