"""MLflow's runs and registered models in, chunks out: what was tried, and how it compares with production.

The records are those of `processors/pipelines/collect/mlflow.py`: MLflow's own JSON, each run with the
production version that it competes with.
"""

from processors.knowledge.chunk_factory import Reading
from processors.knowledge.mlflow.fields import as_object
from processors.knowledge.mlflow.models import describe_model
from processors.knowledge.mlflow.runs import describe_run
from processors.knowledge.record import Record
from processors.knowledge.times import read_clock
from processors.knowledge.untrusted import PoisonError, read_object


def describe_mlflow(record: Record) -> Reading:
    """Return what is told of a run or of a registered model; a newer record of the same one replaces it.

    Raises:
        PoisonError: The record is neither, or what it is has no id or name.
    """
    body = read_object(record["value"])
    run_id = as_object(as_object(body.get("run")).get("info")).get("run_id")
    if not run_id and not as_object(body.get("registered_model")).get("name"):
        raise PoisonError(
            "expected a JSON object with 'run' and its info.run_id, or 'registered_model' and its name"
        )
    clock = read_clock(record["timestamp_ms"])
    describe = describe_run if run_id else describe_model
    return Reading([describe(body, clock)], [])
