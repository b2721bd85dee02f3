"""Plain folders as Git repositories: a snapshot of the documents below a folder is a commit.

Only plain files below the folder itself are taken: a link to elsewhere stays a link, which is reported and
not followed, and a repository inside the folder is a source of its own.
"""

import os
from pathlib import Path

from processors.knowledge.documents.formats import is_document
from processors.knowledge.documents.pages import show_path
from processors.stores.git import GitError, run_git


def is_plain_folder(folder: Path) -> bool:
    """Tell whether something is a folder on this machine that is no Git repository."""
    return folder.is_dir() and not ((folder / ".git").exists() or (folder / "HEAD").is_file())


def snapshot_folder(folder: Path, mirror: Path) -> tuple[str, list[str], list[str]]:
    """Commit the documents of a folder to a prepared mirror, if they changed.

    Returns:
        The commit, the warnings found as `path:line: what`, and the paths of the files that are no documents.

    Raises:
        GitError: Git refuses.
    """
    paths, others, warnings = _list_documents(folder)
    tree = ("--work-tree", str(folder.resolve()), "-c", "core.bare=false")
    indexed = set(run_git(mirror, "ls-files", "-z").split(b"\0")) - {b""}
    _update_index(mirror, tree, indexed - set(paths), "--force-remove")
    _update_index(mirror, tree, paths, "--add", "--replace")
    new_tree = run_git(mirror, "write-tree").decode().strip()
    return _commit_tree(mirror, new_tree), warnings, others


def _update_index(mirror: Path, tree: tuple[str, ...], paths: set[bytes], *options: str) -> None:
    if paths:
        stdin = b"".join(path + b"\0" for path in sorted(paths))
        run_git(mirror, *tree, "update-index", *options, "-z", "--stdin", stdin=stdin)


def _commit_tree(mirror: Path, tree: str) -> str:
    try:
        head = run_git(mirror, "rev-parse", "--quiet", "--verify", "HEAD^{commit}").decode().strip()
    except GitError:
        parent = []
    else:
        if run_git(mirror, "rev-parse", f"{head}^{{tree}}").decode().strip() == tree:
            return head
        parent = ["-p", head]
    commit = run_git(mirror, "commit-tree", *parent, "-m", "snapshot", tree).decode().strip()
    run_git(mirror, "update-ref", "HEAD", commit)
    return commit


def _list_documents(folder: Path) -> tuple[set[bytes], list[str], list[str]]:
    """Return the paths of documents below a folder, links among them, those of other files, and warnings."""
    root = os.fsencode(folder.resolve())
    paths: set[bytes] = set()
    others: list[str] = []
    warnings: list[str] = []

    def report(error: OSError) -> None:
        warnings.append(f"{show_path(os.fsencode(error.filename))}:1: not read: {error.strerror}")

    for place, folders, files in os.walk(root, onerror=report):
        below = os.path.relpath(place, root)
        prefix = b"" if below == b"." else below + b"/"
        entered = []
        for name in sorted(folders):
            full, shown = os.path.join(place, name), show_path(prefix + name)  # noqa: PTH118 - paths are bytes
            if name.lower() == b".git":
                continue
            if os.path.islink(full):  # noqa: PTH114
                warnings.append(f"{shown}:1: not read: a link to a folder")
            elif os.path.lexists(os.path.join(full, b".git")):  # noqa: PTH118
                warnings.append(f"{shown}:1: not read: a repository of its own; add it as a source")
            else:
                entered.append(name)
        folders[:] = entered
        for name in sorted(files):
            path = prefix + name
            if not is_document(os.fsdecode(path)):
                others.append(show_path(path))
            else:
                fault = _find_fault(os.path.join(place, name))  # noqa: PTH118
                if fault:
                    warnings.append(f"{show_path(path)}:1: not read: {fault}")
                else:
                    paths.add(path)
    return paths, others, warnings


def _find_fault(file: bytes) -> str:
    if os.path.islink(file):  # noqa: PTH114
        return ""
    if not os.path.isfile(file):  # noqa: PTH113
        return "no plain file"
    return "" if os.access(file, os.R_OK) else "permission denied"
