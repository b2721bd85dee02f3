"""`documentation_sync_task`: what changed since the commits that the live version holds, into staging.

The commits belong to the version, so a version that was taken back catches up by itself at the next run.
"""

from typing import Any, Final

import pyarrow as pa

from processors.knowledge.chunk import make_id
from processors.pipelines.cag.sources.confluence import read_confluence_source
from processors.pipelines.cag.sources.git import read_git_source
from processors.pipelines.cag.sources.held_pages import read_held, stage_held
from processors.pipelines.cag.sources.model_cards import SOURCE as MODEL_CARDS
from processors.pipelines.cag.sources.model_cards import read_model_cards
from processors.pipelines.cag.sources.updates import SourceUpdate
from processors.settings import Settings
from processors.stores import search, staging
from processors.versions import catalog

_FILE_SCHEMA: Final = pa.schema(
    [
        ("repository", pa.string()),
        ("branch", pa.string()),
        ("commit", pa.string()),
        ("path", pa.string()),
        ("groups", pa.list_(pa.string())),
        ("changed_at", pa.string()),
        ("text", pa.string()),
        ("included", pa.string()),
    ]
)


def sync_documents(settings: Settings, run_id: str, *, force: bool = False) -> dict[str, Any] | None:
    """Read every source and stage what changed since the live version, secrets masked.

    A source that can't be reached is reported, and its pages are those of the live version.

    Args:
        settings: Of the platform.
        run_id: Names the run's folder in staging.
        force: Read everything again, and make a version even if nothing changed.

    Returns:
        `{"run_url", "changed", "deleted"}`, or None when the live version holds all of it already.

    Raises:
        RuntimeError: No source could be reached.
    """
    client = search.open_search(settings.opensearch)
    live = catalog.find_live(client, "cag")
    held = read_held(catalog.read_meta(client, live)) if live else {}
    read = settings.documents
    updates = [
        *(read_git_source(settings, source, held.get(source.url), force=force) for source in read.sources),
        *(
            read_confluence_source(settings, space, held.get(space.source), force=force)
            for space in read.confluence
        ),
        *([read_model_cards(settings, held.get(MODEL_CARDS), force=force)] if read.model_cards else []),
    ]
    return stage_updates(settings.storage.staging_url, run_id, live, held, updates, force=force)


def stage_updates(
    staging_url: str,
    run_id: str,
    live: str | None,
    held: dict[str, Any],
    updates: list[SourceUpdate],
    *,
    force: bool,
) -> dict[str, Any] | None:
    """Stage what was read of all sources.

    Args:
        staging_url: Root of staging.
        run_id: Names the run's folder in staging.
        live: The live version, if there is one.
        held: Its positions.
        updates: One of each source.
        force: Stage even if nothing changed.

    Returns:
        `{"run_url", "changed", "deleted"}`, or None when the live version holds all of it already.

    Raises:
        RuntimeError: No source could be reached.
    """
    warnings = [warning for update in updates for warning in update["warnings"]]
    # MLflow is always there: alone it is no reason for a version without the documents.
    if not any(update["reached"] for update in updates if update["source"] != MODEL_CARDS):
        raise RuntimeError("no document source can be reached: " + "; ".join(warnings))
    files = [page for update in updates for page in update["pages"]]
    dropped = [document for update in updates for document in update["dropped"]]
    carried = [update["source"] for update in updates if update["carried"]]
    if not force and not files and not dropped and set(carried) == set(held):
        return None
    url = staging.stage_url(staging_url, "cag", run_id, "sync")
    staging.write_table(url, "files", pa.Table.from_pylist(files, schema=_FILE_SCHEMA))
    reached = {update["source"]: update["position"] for update in updates if update["position"]}
    positions, held_pages = stage_held(url, reached)
    manifest = {
        "base": live,
        "positions": positions,
        "held_pages": held_pages,
        "carried_sources": carried,
        "dropped_documents": dropped,
        "warnings": warnings,
    }
    staging.write_manifest(url, manifest)
    staged = {make_id(file["repository"], file["path"]) for file in files}
    deleted = len(set(dropped) - staged)
    return {"run_url": url.removesuffix("/sync"), "changed": len(files), "deleted": deleted}
