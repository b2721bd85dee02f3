"""The stages of `cag_pipeline`, as its tasks call them, without Airflow's processes around each."""

import uuid

from evaluation.release.build import release_build
from evaluation.release.candidate import list_known_questions
from processors.pipelines.cag.index import build_version
from processors.pipelines.cag.markdown import process_documents
from processors.pipelines.cag.sync import sync_documents
from processors.pipelines.cag.warm import warm_cache
from processors.settings import Settings
from processors.stores.search import open_search
from processors.versions.build_runs import keep_record


def build_documents(settings: Settings, *, force: bool = False, warm: bool = True) -> str:
    """Build a version of the documents as they are, let it go live and warm its cache; give its index."""
    synced = sync_documents(settings, uuid.uuid4().hex, force=force)
    assert synced, "nothing changed in the sources"
    process_documents(settings, synced["run_url"])
    built = build_version(settings, synced["run_url"], keep_record(settings.mlflow.tracking_uri, "cag"))
    index: str = built["index"]
    decision = release_build(settings, "cag", index)
    assert decision["promote"], decision["reasons"]
    if warm:
        client = open_search(settings.opensearch)
        warm_cache(client, settings, index, list_known_questions(client, settings, index))
    return index
