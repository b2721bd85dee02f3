"""Documents out of Git repositories and plain folders, by commit.

A plain folder is snapshotted into a private Git repository, so that it has commits, differences and
deletions like any other.
"""

from pathlib import Path
from typing import Final, TypedDict

from processors.knowledge.chunk import make_id
from processors.knowledge.documents.formats import is_document, limit_size
from processors.knowledge.documents.pages import convert_page, is_absurd, show_path
from processors.settings.documents import DocumentSource
from processors.stores.folders import is_plain_folder, snapshot_folder
from processors.stores.git import GitError, prepare_mirror, read_blobs, read_sizes, run_git

_MISSING_FOLDER: Final = "it has no folder {!r}; set `folder` to one that it has, or leave it empty"
_READ_REF: Final = "refs/runlore/read"
_FILE_MODES: Final = ("100644", "100755", "100664")
_LINK_MODE: Final = "120000"
_SUBMODULE_MODE: Final = "160000"


class Checkout(TypedDict):
    """A repository of ours that holds the commit of a source that is to be read.

    `files` are the paths of all that the source has, below the folder that is read.
    """

    mirror: Path
    commit: str
    files: list[str]
    warnings: list[str]


class SourceFile(TypedDict):
    """One document file at a commit, as Markdown."""

    path: str
    text: str


class Changes(TypedDict):
    """The documents that differ between two commits; `blobs` has the object id of each that can be read.

    `touched` are all paths that changed or went: what is held of them no longer counts.
    """

    blobs: dict[str, str]
    touched: list[str]
    warnings: list[str]


def locate_mirror(source: DocumentSource, work_dir: Path) -> Path:
    """Return the Git directory of the local mirror of a source."""
    return work_dir / "repositories" / f"{make_id(source.url)}.git"


def fetch_source(source: DocumentSource, work_dir: Path) -> Checkout:
    """Bring the local mirror of a source up to date.

    Raises:
        GitError: Git refuses, or the source has no such folder; the message says what to do.
    """
    mirror = locate_mirror(source, work_dir)
    prepare_mirror(mirror)
    folder = Path(source.url).expanduser()
    if is_plain_folder(folder):
        if not (folder / source.folder).is_dir():
            raise GitError(_MISSING_FOLDER.format(source.folder))
        commit, warnings, others = snapshot_folder(folder, mirror)
        files = [*_list_files(mirror, commit, ""), *others]
        scope = f"{source.folder.strip('/')}/" if source.folder else ""
        below = [path for path in files if path.startswith(scope)]
        return Checkout(mirror=mirror, commit=commit, files=below, warnings=warnings)
    url = str(folder) if folder.is_dir() else source.url
    if folder.is_dir():
        _refuse_shallow(folder)
    read = f"+{source.branch or 'HEAD'}:{_READ_REF}"
    run_git(mirror, "fetch", "--quiet", "--no-tags", "--force", "--", url, read, source=source)
    commit = run_git(mirror, "rev-parse", "--verify", f"{_READ_REF}^{{commit}}").decode().strip()
    files = _list_files(mirror, commit, source.folder)
    if source.folder and not files:
        raise GitError(_MISSING_FOLDER.format(source.folder))
    return Checkout(mirror=mirror, commit=commit, files=files, warnings=[])


def _refuse_shallow(repository: Path) -> None:
    """Refuse a clone without its history: Git gives none of it, and a page's age can't be told."""
    directory = repository / ".git" if (repository / ".git").exists() else repository
    if run_git(directory, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise GitError(
            f"{repository} is a shallow clone; complete it by `git -C {repository} fetch --unshallow`,"
            " or name the address that it was cloned from"
        )


def _list_files(mirror: Path, commit: str, folder: str) -> list[str]:
    scope = ["--", folder] if folder else []
    names = run_git(mirror, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, *scope)
    return [show_path(name) for name in names.split(b"\0") if name]


def list_blobs(mirror: Path, commit: str, folder: str) -> dict[str, str]:
    """Return the object ids of all plain files at a commit by their paths, pages or not.

    Args:
        mirror: Git directory.
        commit: Which.
        folder: Only below this folder; empty means all.

    Raises:
        GitError: Git refuses.
    """
    scope = ["--", folder] if folder else []
    entries = run_git(mirror, "ls-tree", "-r", "-z", "--full-tree", commit, *scope).split(b"\0")
    blobs: dict[str, str] = {}
    for about, _, raw_path in (entry.partition(b"\t") for entry in entries if entry):
        mode, _, object_id = about.decode().split()
        path = show_path(raw_path)
        if not _find_fault(path, mode):
            blobs[path] = object_id
    return blobs


def list_changed(mirror: Path, old: str, new: str, folder: str) -> set[str]:
    """Return the paths of all files that differ between two commits, pages or not.

    Args:
        mirror: Git directory.
        old: The one commit.
        new: The other one.
        folder: Only below this folder; empty means all.

    Raises:
        GitError: Git refuses.
    """
    scope = ["--", folder] if folder else []
    raw = run_git(mirror, "diff-tree", "-r", "--name-only", "--no-renames", "-z", old, new, *scope)
    return {show_path(path) for path in raw.split(b"\0") if path}


def has_commit(mirror: Path, commit: str) -> bool:
    """Tell whether a mirror holds a commit; after a rewritten history or a lost mirror it may not."""
    try:
        run_git(mirror, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    except GitError:
        return False
    return True


def diff_files(mirror: Path, old: str | None, new: str, folder: str) -> Changes:
    """Return the documents that changed between two commits; a rename is a deletion and a new document.

    Args:
        mirror: Git directory.
        old: Commit of the last sync, which the mirror holds, or None for the first one.
        new: Commit to read.
        folder: Only below this folder; empty means all.

    Raises:
        GitError: Git refuses.
    """
    base = old or run_git(mirror, "hash-object", "-t", "tree", "--stdin").decode().strip()
    scope = ["--", folder] if folder else []
    raw = run_git(mirror, "diff-tree", "-r", "--raw", "--no-renames", "-z", base, new, *scope).split(b"\0")
    changes = Changes(blobs={}, touched=[], warnings=[])
    for about, raw_path in zip(raw[::2], raw[1::2], strict=False):
        _, mode, _, object_id, status = about.decode().split()
        path = show_path(raw_path)
        fault = "" if status == "D" else _find_fault(path, mode)
        if fault and (is_document(path) or mode == _SUBMODULE_MODE):
            changes["warnings"].append(f"{path[:200]}:1: not read: {fault}")
        if is_document(path):
            changes["touched"].append(path)
            if status != "D" and not fault:
                changes["blobs"][path] = object_id
    return changes


def _find_fault(path: str, mode: str) -> str:
    if mode == _SUBMODULE_MODE:
        return "a submodule; add its repository as a source"
    if mode == _LINK_MODE:
        return "a symbolic link; only files are read"
    if mode not in _FILE_MODES:
        return f"no plain file (mode {mode})"
    return "a path that could lead elsewhere, or too long" if is_absurd(path) else ""


def read_files(
    mirror: Path, blobs: dict[str, str], max_page_bytes: int
) -> tuple[list[SourceFile], list[str]]:
    """Read document files, as Markdown.

    Args:
        mirror: Git directory.
        blobs: Path to object id.
        max_page_bytes: A larger page is not read.

    Returns:
        The pages that could be read, and the warnings of all as `path:line: what`.

    Raises:
        GitError: An object is not there.
    """
    sizes = dict(zip(blobs, read_sizes(mirror, list(blobs.values())), strict=True))
    fitting = [path for path in blobs if sizes[path] <= limit_size(path, max_page_bytes)]
    warnings = [
        f"{path}:1: not read: {sizes[path]} bytes, {limit_size(path, max_page_bytes)} are read"
        for path in blobs
        if sizes[path] > limit_size(path, max_page_bytes)
    ]
    files = []
    for path, data in zip(fitting, read_blobs(mirror, [blobs[path] for path in fitting]), strict=True):
        page = convert_page(path, data, max_page_bytes)
        warnings += [f"{path}:1: {warning}" for warning in page["warnings"]]
        if page["text"] or not page["warnings"]:
            files.append(SourceFile(path=path, text=page["text"]))
    return files, warnings
