"""What changed in one repository or folder of documents since the commit that the live version holds."""

from datetime import UTC, datetime
from typing import Any, Final

import structlog

from processors.knowledge.chunk import make_id
from processors.knowledge.documents.unread import tell_unread
from processors.knowledge.redaction.masking import mask_secrets
from processors.pipelines.cag.sources.included import SourceTree, find_dependents, pack_included
from processors.pipelines.cag.sources.page_dates import date_page
from processors.pipelines.cag.sources.signature import sign_processing
from processors.pipelines.cag.sources.updates import SourceUpdate, keep_source
from processors.settings import Settings
from processors.settings.documents import DocumentSource
from processors.stores.git import GitError
from processors.stores.page_times import find_change_times
from processors.stores.repositories import (
    Checkout,
    SourceFile,
    diff_files,
    fetch_source,
    has_commit,
    list_blobs,
    list_changed,
    locate_mirror,
    read_files,
)

# Part of a source's signature: another way to turn files into pages means reading all again.
_READER: Final = "files-4"

log = structlog.get_logger(__name__)


def read_git_source(
    settings: Settings, source: DocumentSource, held: dict[str, Any] | None, *, force: bool = False
) -> SourceUpdate:
    """Read what changed in a repository or folder, secrets masked.

    Of a source that can't be reached, the state that was fetched last counts.

    Args:
        settings: Of the platform.
        source: The repository or folder.
        held: The position of the live version in it, if that holds any of it.
        force: Read everything again.
    """
    signature = sign_source(settings, source)
    old = held if held and held.get("signature") == signature else None
    reached, warnings = True, list[str]()
    try:
        checkout = fetch_source(source, settings.storage.work_dir)
    except GitError as error:
        log.warning("a document source can't be reached", source=source.url, error=str(error))
        reached = False
        mirror = locate_mirror(source, settings.storage.work_dir)
        is_fetched = held is not None and has_commit(mirror, held["commit"])
        what = "its pages stay as they were" if old or is_fetched else "none of its pages are held"
        warnings.append(f"{source.url}:1: can't be reached, {what}: {error}")
        if held is None or not is_fetched:
            return keep_source(source.url, old, warnings)
        checkout = Checkout(mirror=mirror, commit=held["commit"], files=[], warnings=[])
    mirror, commit = checkout["mirror"], checkout["commit"]
    since = old["commit"] if old and not force and has_commit(mirror, old["commit"]) else None
    changes = diff_files(mirror, since, commit, source.folder)
    changed = list_changed(mirror, since, commit, source.folder) if since else set[str]()
    tree = SourceTree(mirror, list_blobs(mirror, commit, source.folder), changed)
    for path in find_dependents(tree, changed):
        # The page is the same, and what it pulls in is not.
        changes["blobs"][path] = tree.blobs[path]
        changes["touched"].append(path)
    files, unread = read_files(mirror, changes["blobs"], settings.documents.max_page_bytes)
    times = find_change_times(source, mirror, since, commit, (file["path"] for file in files))
    now = datetime.now(UTC)
    return SourceUpdate(
        source=source.url,
        position={"commit": commit, "signature": signature},
        carried=since is not None,
        dropped=[make_id(source.url, path) for path in changes["touched"]] if since else [],
        pages=[
            {
                **_stage_file(source, commit, file, date_page(times[file["path"]], now)),
                "included": pack_included(tree, file),
            }
            for file in files
        ],
        warnings=[
            *warnings,
            *checkout["warnings"],
            *(tell_unread(source.url, checkout["files"]) if reached else []),
            *changes["warnings"],
            *unread,
        ],
        reached=reached,
    )


def sign_source(settings: Settings, source: DocumentSource) -> str:
    """Whatever decides how a source's pages become chunks: a change of it means reading all again."""
    processing = sign_processing(settings)
    return make_id(_READER, processing, source.branch, source.folder, sorted(source.groups))


def _stage_file(source: DocumentSource, commit: str, file: SourceFile, changed_at: str) -> dict[str, Any]:
    return {
        "repository": source.url,
        "branch": source.branch,
        "commit": commit,
        "path": file["path"],
        "groups": list(source.groups),
        "changed_at": changed_at,
        "text": mask_secrets(file["text"]),
    }
