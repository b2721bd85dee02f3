"""`documentation_sync_task`: what changed since the commits that the live version holds, into staging.

The commits belong to the version, so a version that was taken back catches up by itself at the next run.
"""

from typing import Any, Final

import pyarrow as pa

from processors.chunk import make_id
from processors.markdown import CHUNKER
from processors.redaction.masking import mask_secrets
from processors.settings import DocumentSource, Settings
from processors.stores import search, staging, versions
from processors.stores.repositories import diff_files, fetch_source, read_files

_FILE_SCHEMA: Final = pa.schema(
    [
        ("repository", pa.string()),
        ("branch", pa.string()),
        ("commit", pa.string()),
        ("path", pa.string()),
        ("groups", pa.list_(pa.string())),
        ("text", pa.string()),
    ]
)


def sync_documents(settings: Settings, run_id: str, *, force: bool = False) -> dict[str, Any] | None:
    """Fetch every source and stage what changed since the live version, secrets masked.

    Args:
        settings: Of the platform.
        run_id: Names the run's folder in staging.
        force: Read everything again, and make a version even if nothing changed.

    Returns:
        `{"run_url", "changed", "deleted"}`, or None when the live version holds all of it already.
    """
    client = search.open_search(settings.opensearch_url)
    live = versions.find_live(client, "cag")
    held: dict[str, Any] = versions.read_meta(client, live).get("positions", {}) if live and not force else {}
    files: list[dict[str, Any]] = []
    positions: dict[str, Any] = {}
    dropped: list[str] = []
    carried: list[str] = []
    for source in settings.docs:
        mirror, commit = fetch_source(source, settings.work_dir)
        signature = _sign_source(settings, source)
        old = held.get(source.url, {})
        since = old.get("commit") if old.get("signature") == signature else None
        changed, deleted = diff_files(mirror, since, commit, source.folder)
        files += [_stage_file(source, commit, file) for file in read_files(mirror, commit, changed)]
        positions[source.url] = {"commit": commit, "signature": signature}
        if since:
            carried.append(source.url)
            dropped += [make_id(source.url, path) for path in (*changed, *deleted)]
    if not files and not dropped and carried == list(held):
        return None
    url = staging.stage_url(settings.staging_url, "cag", run_id, "sync")
    staging.write_table(url, "files", pa.Table.from_pylist(files, schema=_FILE_SCHEMA))
    manifest = {
        "base": live,
        "positions": positions,
        "carried_sources": carried,
        "dropped_documents": dropped,
    }
    staging.write_manifest(url, manifest)
    return {"run_url": url.removesuffix("/sync"), "changed": len(files), "deleted": len(dropped) - len(files)}


def _sign_source(settings: Settings, source: DocumentSource) -> str:
    """Whatever decides how a source's pages become chunks: a change of it means reading all again."""
    model = (settings.embedding_model, settings.embedding_dimension)
    return make_id(CHUNKER, settings.chunk_tokens, *model, source.folder, sorted(source.groups))


def _stage_file(source: DocumentSource, commit: str, file: Any) -> dict[str, Any]:
    return {
        "repository": source.url,
        "branch": source.branch,
        "commit": commit,
        "path": file["path"],
        "groups": list(source.groups),
        "text": mask_secrets(file["text"]),
    }
