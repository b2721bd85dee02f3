"""What every task imports stays small: each is a process of its own, and a person waits for five of them."""

import subprocess
import sys

import pytest

# Hundreds of patterns are compiled by the one, seconds pass with the others.
HEAVY = {"processors.knowledge.redaction.masking", "mlflow", "matplotlib", "scipy"}


@pytest.mark.parametrize(
    "modules",
    [
        "dags.rag_pipeline",
        "dags.rag_pipeline, processors.pipelines.rag.embed",
        "dags.rag_pipeline, processors.pipelines.rag.index, processors.versions.build_runs",
        "dags.rag_pipeline, evaluation.measures.freshness",
    ],
)
def test_tasks_that_mask_and_draw_nothing_bring_nothing_for_it(modules: str) -> None:
    code = f"import sys, {modules}; print({HEAVY} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
