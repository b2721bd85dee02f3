"""MLflow's runs and registered models that changed, each run beside the production version it competes with.

MLflow can't be asked for what changed. So the position holds from which end time on to look again, and a
short hash of the runs seen last: a run is sent when its hash is new. Runs that are going on are looked at
every time, and so are those that were deleted, of which the ones are sent once more that were told before.
"""

from itertools import islice
from time import time
from typing import Final

from processors.knowledge import topics
from processors.pipelines.collect.mlflow_changes import find_changed_runs
from processors.pipelines.collect.mlflow_records import write_model_message, write_run_messages
from processors.pipelines.collect.model_registry import Entry, Model, list_promoted, read_registry
from processors.settings import Settings
from processors.stores import kafka, mlflow

COLLECTOR: Final = "mlflow"
_DAY_MS: Final = 86_400_000
_COMPARED_AGAIN: Final = 50


def collect_mlflow(settings: Settings) -> dict[str, int]:
    """Send the runs and registered models that changed since the last time to `runlore.mlflow`.

    A run's record is `{"experiment", "run", "artifacts", "production", "parent"}`: MLflow's JSON, the
    production version of the registered model that the run belongs to, as `{"model", "version", "since_ms",
    "run"}`, and of a nested run the one that it is part of, as `{"run_id", "run_name", "status"}`.
    A run that belongs to no registered model is compared with the production version trained in its
    experiment. A model's record is `{"registered_model", "versions", "production"}`. When another version
    goes into production, the newest runs of its experiment are sent again.

    Returns:
        Counts of runs and models sent.

    Raises:
        httpx.HTTPError: MLflow is unreachable or refuses.
    """
    now = int(time() * 1000)
    broker = settings.kafka
    position = kafka.read_collected(broker, COLLECTOR)
    start = position or {"from_ms": now - settings.mlflow.history_days * _DAY_MS, "known": {}, "running": []}
    before: dict[str, Entry] | None = position["models"] if position else None
    with mlflow.open_mlflow(settings.mlflow.tracking_uri) as client:
        experiments = {one["experiment_id"]: one for one in mlflow.list_experiments(client)}
        registry = read_registry(client, before, now)
        runs, reached = find_changed_runs(client, experiments, start, settings.mlflow.runs_per_collect, now)
        for experiment_id in list_promoted(registry, before) & experiments.keys():
            newest = mlflow.search_runs(client, [experiment_id], "", "attributes.start_time DESC")
            runs |= {run["info"]["run_id"]: run for run in islice(newest, _COMPARED_AGAIN)}
        messages = write_run_messages(client, runs, experiments, registry)
        changed = [name for name, model in registry.items() if _has_changed(model, (before or {}).get(name))]
        messages += [write_model_message(client, registry[name]) for name in changed]
    reached["models"] = {name: model["entry"] for name, model in registry.items()}
    if messages or reached != position:
        kafka.send_collected(broker, COLLECTOR, topics.MLFLOW, messages, reached)
    return {"runs": len(runs), "models": len(changed)}


def _has_changed(model: Model, before: Entry | None) -> bool:
    return before is None or before["hash"] != model["entry"]["hash"]
