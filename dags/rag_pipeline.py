"""### Dynamic knowledge: what happens now, searchable within seconds

**What it does.** Drains the Kafka topics of logs, metrics, Kubernetes, MLflow, Airflow and actions from the
positions that the live index version holds, turns the events into chunks, embeds what is new and appends it
to that version.

| task | what happens |
|---|---|
| `data_ingestion_task` | Kafka to staging, secrets masked. Nothing new: the run ends here, skipped. |
| `light_processing_task` | Parse, normalise, find log patterns, put metrics into words. |
| `heavy_processing_task` | Spark, only if the form names a history window. |
| `embedding_generation_task` | Vectors of content that the live version doesn't hold; of history by Spark. |
| `vector_indexing_task` | Bulk write, every item checked; dead letters; then the version's positions. |
| `quality_validation_task` | A new version must pass the gate, a micro-batch be found by its alias. |

**When it runs.** A message in Kafka fires the trigger and starts a run within a second or two. A slow
timetable looks anyway, so a lost trigger event costs seconds, not data. Only one run is active at a time;
what comes in between is drained by the next one. A run takes `RUNLORE_MAX_EVENTS_PER_RUN` at most; if
it leaves some behind, it wakes the next. What may begin or end an incident wakes `correlate`.

**Side by side.** With `RUNLORE_SHARES` above 1 the first, second and fourth task are mapped: each instance
has its own Kafka partitions, and what they made is written together.

**History.** Trigger it with *History from* to rebuild a new version out of archived staging by Spark, which
then also embeds and writes. Meanwhile the run takes micro-batches itself: the live version stays fresh, and
the new one catches up. It goes live only if the gate lets it pass.

**How long it may take.** A task of a micro-batch is ended after 15 minutes and tried again, the embedding
after 10 minutes and a second for every 12 events. A rebuild may take `RUNLORE_REBUILD_HOURS`.

**If it fails.** Nothing is lost: positions move only after the write. Clear the failed task or just wait for
the next run. A version that turned out bad is taken back with the DAG `roll_back_version`.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pendulum
from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import (
    Asset,
    AssetAlias,
    AssetOrTimeSchedule,
    AssetWatcher,
    DeltaTriggerTimetable,
    Param,
    TriggerRule,
    dag,
    task,
    task_group,
)
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from dags.assets import EVIDENCE
from processors.knowledge.topics import READ
from processors.settings import load_settings
from processors.stores.kafka_trigger import KafkaTrigger
from processors.time_limits import SHORT, limit_embedding, limit_rebuild

SETTINGS = load_settings()
EMBEDDING_LIMIT, REBUILD_LIMIT = limit_embedding(SETTINGS.events), limit_rebuild(SETTINGS)
SPARK_JOB = Path(__file__).parent.parent / "spark_jobs" / "rebuild_history.py"
SPARK = "spark_local"
SPARK_CONF = {
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    # A line of progress is not to be lost among hundreds of Spark's own.
    "spark.log.level": "WARN",
}
INGESTED = "{{ ti.xcom_pull(task_ids='data_ingestion_task', map_indexes=ti.map_index)['run_url'] }}"

EVENTS = Asset(
    "runlore-events",
    watchers=[
        AssetWatcher(
            name="event-arrived",
            trigger=KafkaTrigger(topics=list(READ), kafka_config_id="runlore_events"),
        )
    ],
)

# Outlets by these names wake only if something is added to them; a plain one whenever its task succeeds.
MORE_EVENTS = AssetAlias("runlore-more-events")
NEW_EVIDENCE = AssetAlias("runlore-new-evidence")


def limit_micro_batch(context: Any) -> None:
    """End a task of a micro-batch that hangs; a rebuild from history has only the limit of its run."""
    task_ = context["task"]
    is_embedding = task_.task_id == "embedding_generation_task"
    limit = EMBEDDING_LIMIT if is_embedding else SHORT
    task_.execution_timeout = None if context["params"]["history_from"] else limit


@task
def data_ingestion_task(number: int, params: dict[str, Any], run_id: str) -> dict[str, Any]:
    """Drain a share of Kafka into staging."""
    from processors.pipelines.rag.ingest import ingest_events
    from processors.pipelines.rag.shares import WHOLE, Share

    is_rebuild = bool(params["history_from"])
    if is_rebuild and number:
        raise AirflowSkipException("a rebuild has executors to work side by side")
    share = WHOLE if is_rebuild else Share(number, SETTINGS.events.shares)
    ingested = ingest_events(SETTINGS, run_id, even_if_empty=is_rebuild, share=share)
    if ingested is None:
        raise AirflowSkipException("nothing new in Kafka")
    return ingested


@task.branch
def light_processing_task(ingested: dict[str, Any], params: dict[str, Any], ti: Any) -> str:
    """Turn events into chunks; only a history window goes on to Spark, whose start alone takes seconds."""
    from processors.pipelines.rag.light import process_events

    ti.xcom_push(key="counts", value=process_events(SETTINGS, ingested["run_url"]))
    return "heavy_processing_task" if params["history_from"] else "embedding_generation_task"


def stay_fresh(params: dict[str, Any], run_id: str, candidate: str | None = None) -> Any:
    """Go on with micro-batches while a task of a rebuild works; a micro-batch has nothing to go on with.

    Args:
        params: Say whether it is a rebuild.
        run_id: Of the run.
        candidate: The rebuilt version, as soon as it catches up, too.
    """
    if not params["history_from"]:
        return nullcontext()
    from evaluation.measures.freshness import record_freshness
    from processors.pipelines.rag.following import following

    return following(SETTINGS, run_id, candidate, record_freshness)


class FoldHistoryOperator(SparkSubmitOperator):
    """Has Spark fold what was archived, while micro-batches go on."""

    def execute(self, context: Any) -> None:
        """Submit the job, and wait for its end."""
        if not context["params"]["history_from"]:
            # A branch in a mapped group skips nothing in Airflow 3.3: apache/airflow#67265.
            raise AirflowSkipException("a micro-batch")
        with stay_fresh(context["params"], context["run_id"]):
            super().execute(context)


def submit_step(task_: Any, run_url: str, step: str, **options: str) -> None:
    """Have Spark do a step of a rebuild, and tell in the task's log what it tells.

    Args:
        task_: Ends Spark's driver with it when it is killed.
        run_url: Folder of the run in staging.
        step: Of the job.
        options: Of the step.
    """
    arguments = ["--step", step, "--run-url", run_url]
    arguments += [part for name, value in options.items() for part in (f"--{name}", value)]
    hook = SparkSubmitHook(
        conn_id=SPARK, name=f"runlore-rebuild-history-{step}", conf=SPARK_CONF, application_args=arguments
    )
    task_.on_kill = hook.on_kill
    hook.submit(str(SPARK_JOB))


@task(trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
def embedding_generation_task(
    ingested: dict[str, Any], params: dict[str, Any], run_id: str, task: Any
) -> dict[str, Any]:
    """Give chunks their vectors, and pass on where they are."""
    if not params["history_from"]:
        from processors.pipelines.rag.embed import embed_events

        return {**ingested, **embed_events(SETTINGS, ingested["run_url"])}
    from processors.pipelines.rag.history import name_base
    from processors.stores.staging import read_manifest

    with stay_fresh(params, run_id):
        submit_step(task, ingested["run_url"], "embed", base=name_base(SETTINGS))
    return {**ingested, **read_manifest(f"{ingested['run_url']}/embed")}


def list_shares(
    embedded: Mapping[str, Any] | Sequence[Mapping[str, Any] | None],
) -> list[Mapping[str, Any]]:
    """Return what each share passes on that had something to read.

    Args:
        embedded: Of a mapped group Airflow gives a list, but the only result as it is.

    Example:
        >>> list_shares({"run_url": "a"}), list_shares([None, {"run_url": "b"}])
        ([{'run_url': 'a'}], [{'run_url': 'b'}])
    """
    held = [embedded] if isinstance(embedded, Mapping) else embedded
    return [share for share in held if share is not None]


# A share that had nothing to read is skipped.
@task(outlets=[MORE_EVENTS, NEW_EVIDENCE], trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
def vector_indexing_task(
    embedded: Mapping[str, Any] | Sequence[Mapping[str, Any] | None],
    params: dict[str, Any],
    run_id: str,
    outlet_events: Any,
    task: Any,
) -> dict[str, Any]:
    """Write chunks, then move the version's positions, then wake whoever has something to do now."""
    from processors.versions.build_runs import keep_record

    record = keep_record(SETTINGS.mlflow.tracking_uri, "rag")
    shares = list_shares(embedded)
    run_urls = [share["run_url"] for share in shares]
    run_url = run_urls[0]
    if params["history_from"]:
        from processors.pipelines.rag.history import index_history

        def write(index: str) -> None:
            submit_step(task, run_url, "write", index=index)

        with stay_fresh(params, run_id):
            indexed = index_history(SETTINGS, run_url, write, record)
    else:
        from processors.pipelines.rag.index import index_chunks

        indexed = index_chunks(SETTINGS, run_urls, record=record)
    if any(share["is_full"] for share in shares):
        # What was left has fired the trigger already and won't again.
        outlet_events[MORE_EVENTS].add(EVENTS)
    if indexed["evidence"] and not indexed["candidate"]:
        outlet_events[NEW_EVIDENCE].add(EVIDENCE)
    return {**indexed, "run_url": run_url}


@task
def quality_validation_task(indexed: dict[str, Any], params: dict[str, Any], run_id: str) -> dict[str, Any]:
    """Gate a candidate, or look a micro-batch up through the read alias."""
    if not indexed["candidate"]:
        # The gate brings what takes seconds to load.
        from evaluation.measures.freshness import record_freshness

        return record_freshness(SETTINGS, indexed["run_url"], indexed["index"])
    from evaluation.release.build import release_build

    with stay_fresh(params, run_id, indexed["index"]):
        decision = release_build(SETTINGS, "rag", indexed["index"])
    if not decision["promote"]:
        raise AirflowFailException(f"{indexed['index']} was refused: {'; '.join(decision['reasons'])}")
    return {"promoted": indexed["index"]}


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=DeltaTriggerTimetable(timedelta(seconds=SETTINGS.events.sweep_seconds)), assets=[EVENTS]
    ),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=5),
        "pre_execute": limit_micro_batch,
    },
    dagrun_timeout=REBUILD_LIMIT,
    doc_md=__doc__,
    tags=["runlore", "dynamic"],
    params={
        "history_from": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="History from",
            description="Rebuild a version by Spark from the events archived since. Empty: a micro-batch.",
        ),
        "history_to": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="History to",
            description="End of the window; empty means now. Later events are read from Kafka again.",
        ),
    },
)
def rag_pipeline() -> None:
    """Wire the tasks."""
    numbers = list(range(SETTINGS.events.shares))
    mapped = task_group(group_id="share", prefix_group_id=False)(wire_share)
    embedded: Any = mapped.expand(number=numbers) if len(numbers) > 1 else [wire_share(0)]
    quality_validation_task(vector_indexing_task(embedded))


def wire_share(number: int) -> Any:
    """Wire what is done of each share: its events are read, parsed and embedded.

    Args:
        number: Of the share; only the first rebuilds history.
    """
    ingested = data_ingestion_task(number)
    processed = light_processing_task(ingested)
    heavy = FoldHistoryOperator(
        task_id="heavy_processing_task",
        conn_id=SPARK,
        application=str(SPARK_JOB),
        name="runlore-rebuild-history",
        application_args=[
            "--staging-url", SETTINGS.storage.staging_url,
            "--run-url", INGESTED,
            "--from", "{{ params.history_from }}",
            "--to", "{{ params.history_to or '' }}",
        ],
        conf=SPARK_CONF,
        verbose=False,
    )  # fmt: skip
    embedded = embedding_generation_task(ingested)
    processed >> heavy >> embedded
    processed >> embedded
    return embedded


rag_pipeline()
