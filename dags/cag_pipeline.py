"""### Static knowledge: runbooks and documents, as a new version each time

**What it does.** Reads the configured Git repositories and folders (nine formats), Confluence spaces and
MLflow's model cards, cuts their pages into chunks, builds a new index version and lets it go live only if it
answers about as well as the one before.

| task | what happens |
|---|---|
| `documentation_sync_task` | Stage what changed since the live version. Nothing changed: skipped. |
| `markdown_processing_task` | Parse, cut into chunks, read procedures, warn of what is wrong with a page. |
| `knowledge_indexing_task` | Build a version, measure it, log it to MLflow, gate it, swap the alias. |
| `cache_warming_task` | Put the passages for what people ask into Redis, under the version's name. |

Only changed pages are embedded. The version begins with the files of the live one, whose other chunks it
keeps with their vectors. A source that is down keeps its pages.

**When it runs.** Weekly, when triggered here, and at once when a message in the Kafka topic `runlore.docs`
says that something changed.

**How long it may take.** `RUNLORE_REBUILD_HOURS` in all, and two hours for each try of a task but the
indexing.

**If the gate refuses a version,** `knowledge_indexing_task` fails with the reasons, which also stand in the
MLflow run and in the index's `_meta`; the live version stays as it is.

**To take a version back,** use the DAG `roll_back_version`. The next run of this DAG catches up by itself.
"""

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import (
    Asset,
    AssetOrTimeSchedule,
    AssetWatcher,
    CronTriggerTimetable,
    Param,
    dag,
    task,
)
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from processors.knowledge.topics import DOCS
from processors.settings import load_settings
from processors.stores.kafka_trigger import KafkaTrigger
from processors.time_limits import LONG, limit_rebuild

SETTINGS = load_settings()

DOCUMENTS = Asset(
    "runlore-documents",
    watchers=[
        AssetWatcher(
            name="document-changed",
            trigger=KafkaTrigger(topics=[DOCS], kafka_config_id="runlore_documents"),
        )
    ],
)


@task(execution_timeout=LONG)
def documentation_sync_task(params: dict[str, Any], run_id: str) -> dict[str, Any]:
    """Stage what changed in the document sources."""
    from processors.pipelines.cag.sync import sync_documents

    synced = sync_documents(SETTINGS, run_id, force=params["rebuild"])
    if synced is None:
        raise AirflowSkipException("nothing changed in the sources that could be reached")
    return synced


@task(execution_timeout=LONG)
def markdown_processing_task(synced: dict[str, Any]) -> dict[str, Any]:
    """Turn pages into chunks."""
    from processors.pipelines.cag.markdown import process_documents

    return process_documents(SETTINGS, synced["run_url"])


@task
def knowledge_indexing_task(synced: dict[str, Any]) -> dict[str, Any]:
    """Build a version, and let it go live if the gate lets it pass."""
    from evaluation.release.build import release_build
    from processors.pipelines.cag.index import build_version
    from processors.versions.build_runs import keep_record

    built = build_version(SETTINGS, synced["run_url"], keep_record(SETTINGS.mlflow.tracking_uri, "cag"))
    decision = release_build(SETTINGS, "cag", built["index"])
    if not decision["promote"]:
        raise AirflowFailException(f"{built['index']} was refused: {'; '.join(decision['reasons'])}")
    return built


@task(execution_timeout=LONG)
def cache_warming_task(built: dict[str, Any]) -> dict[str, int]:
    """Preload what people ask."""
    from evaluation.release.candidate import list_known_questions
    from processors.pipelines.cag.warm import warm_cache
    from processors.stores.search import open_search

    client, index = open_search(SETTINGS.opensearch), built["index"]
    return warm_cache(client, SETTINGS, index, list_known_questions(client, SETTINGS, index))


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("0 3 * * 0", timezone="UTC"), assets=[DOCUMENTS]
    ),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=5)},
    dagrun_timeout=limit_rebuild(SETTINGS),
    doc_md=__doc__,
    tags=["runlore", "static"],
    params={
        "rebuild": Param(
            False,
            type="boolean",
            title="Rebuild everything",
            description="Read all pages again and make a new version even if nothing changed.",
        )
    },
)
def cag_pipeline() -> None:
    """Wire the tasks."""
    synced = documentation_sync_task()
    processed = markdown_processing_task(synced)
    built = knowledge_indexing_task(synced)
    processed >> built
    cache_warming_task(built)


cag_pipeline()
