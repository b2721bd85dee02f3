"""A step of the rebuild's job, given to Spark on `local[2]` by its own command, with no stack around it."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from evaluation.benchmarks.rebuild.archive import count_parts
from evaluation.benchmarks.rebuild.processes import Peak, join_peaks, kill_tree, measure_tree
from local.environments import ROOT, find_environments

BEGAN: Final = datetime(2026, 11, 21, tzinfo=UTC)
"""Time of the first archived line."""


def submit(step: str, url: str, run_url: str, kill_at_parts: int = 0) -> tuple[float, Peak]:
    """Have Spark do a step, and return its seconds and its memory.

    Args:
        step: Of the job.
        url: Of staging.
        run_url: Of the rebuild.
        kill_at_parts: When so many parts are kept it is killed, with all that it started; 0: never.
    """
    binary = Path(sys.executable).with_name("spark-submit")
    options = ["--staging-url", url, "--from", BEGAN.isoformat(), "--to", "2100-01-01"]
    told = {
        "spark.ui.enabled": "false",
        "spark.log.level": "WARN",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    command = [str(binary), "--master", "local[2]"]
    command += [part for name, value in told.items() for part in ("--conf", f"{name}={value}")]
    command += [str(ROOT / "spark_jobs/rebuild_history.py"), "--step", step, "--run-url", run_url]
    command += options if step == "fold" else []
    environment = {**os.environ, **_name_settings(url)}
    began, peak = time.monotonic(), Peak()
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    while process.poll() is None:
        if kill_at_parts and count_parts(run_url) >= kill_at_parts:
            kill_tree(process.pid)
            process.wait()
            return time.monotonic() - began, peak
        peak = join_peaks(peak, measure_tree(process.pid))
        time.sleep(1)
    if process.returncode:
        raise RuntimeError(f"the step {step} failed with {process.returncode}")
    return time.monotonic() - began, peak


def _name_settings(url: str) -> dict[str, str]:
    """Return the environment of a job that asks no store, for nobody listens there.

    Args:
        url: Of staging.
    """
    folder = Path(url.removeprefix("file://"))
    (folder / "mask-key").write_text("a key for a benchmark")
    envs = find_environments()
    stores = ("OPENSEARCH_URL", "REDIS_URL", "MLFLOW_TRACKING_URI", "KSERVE_URL", "PROMETHEUS_URL", "URL")
    return {
        "PYTHONPATH": str(ROOT),
        "PYSPARK_PYTHON": sys.executable,
        **{f"RUNLORE_{store}": "http://127.0.0.1:1" for store in stores},
        "RUNLORE_REDIS_URL": "redis://127.0.0.1:1",
        "RUNLORE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "RUNLORE_STAGING_URL": url,
        "RUNLORE_WORK_DIR": str(folder / "work"),
        "RUNLORE_DOCS": '[{"url": "/docs"}]',
        "RUNLORE_TOKENIZER_FILE": str(folder / "tokenizer.json"),
        "RUNLORE_API_KEY_FILE": str(folder / "api-key"),
        "RUNLORE_MASK_KEY_FILE": str(folder / "mask-key"),
        "RUNLORE_EMBEDDING_SPARK": f"{envs}/model-server/bin/python -m serving.model_server.embed_lines",
    }
