"""Documents out of Git repositories and plain folders, by commit.

A plain folder is snapshotted into a private Git repository, so that it has commits, differences and
deletions like any other.
"""

import subprocess
from pathlib import Path
from typing import Final, TypedDict

from processors.chunk import make_id
from processors.settings import DocumentSource

_SUFFIXES: Final = (".md", ".markdown")
_EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_AUTHOR: Final = ("-c", "user.name=runlore", "-c", "user.email=runlore@localhost")


class SourceFile(TypedDict):
    """One document file at a commit."""

    path: str
    text: str


def _git(directory: Path, *arguments: str) -> str:
    command = ["git", "--git-dir", str(directory), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, timeout=600)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")


def fetch_source(source: DocumentSource, work_dir: Path) -> tuple[Path, str]:
    """Bring the local mirror of a source up to date.

    Returns:
        The mirror's Git directory, and the commit to read.

    Raises:
        RuntimeError: Git refuses; the message holds its words.
    """
    mirror = work_dir / "repositories" / f"{make_id(source.url)}.git"
    mirror.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(source.url).expanduser()
    if folder.is_dir() and not _is_repository(folder):
        return mirror, _snapshot_folder(folder, mirror)
    if not mirror.exists():
        _git(mirror, "clone", "--quiet", "--mirror", source.url, str(mirror))
    _git(mirror, "fetch", "--quiet", "--prune", "origin")
    return mirror, _git(mirror, "rev-parse", "--verify", f"{source.branch or 'HEAD'}^{{commit}}").strip()


def _is_repository(folder: Path) -> bool:
    return (folder / ".git").exists() or (folder / "HEAD").is_file()


def _snapshot_folder(folder: Path, mirror: Path) -> str:
    if not mirror.exists():
        _git(mirror, "init", "--quiet", "--bare")
        only_documents = ("*", "!*/", *(f"!*{suffix}" for suffix in _SUFFIXES))
        (mirror / "info" / "exclude").write_text("\n".join(only_documents))
    tree = ("--work-tree", str(folder.resolve()))
    _git(mirror, *tree, "add", "--all", ".")
    if not _has_commit(mirror) or _git(mirror, *tree, "status", "--porcelain").strip():
        _git(mirror, *tree, *_AUTHOR, "commit", "--quiet", "--allow-empty", "--message", "snapshot")
    return _git(mirror, "rev-parse", "HEAD").strip()


def _has_commit(mirror: Path) -> bool:
    return bool(_git(mirror, "for-each-ref", "--count=1").strip())


def diff_files(mirror: Path, old: str | None, new: str, folder: str) -> tuple[list[str], list[str]]:
    """Return the document paths changed and deleted between two commits; a rename is one of each.

    Args:
        mirror: Git directory.
        old: Commit of the last sync, or None for the first one.
        new: Commit to read.
        folder: Only below this folder; empty means all.
    """
    base = old if old is not None and _knows(mirror, old) else _EMPTY_TREE
    scope = ["--", folder] if folder else []
    lines = _git(mirror, "diff", "--name-status", "--no-renames", "-z", base, new, *scope).split("\0")
    changes = [(s, p) for s, p in zip(lines[::2], lines[1::2], strict=False) if p.endswith(_SUFFIXES)]
    changed = [path for status, path in changes if status != "D"]
    return changed, [path for status, path in changes if status == "D"]


def _knows(mirror: Path, commit: str) -> bool:
    try:
        _git(mirror, "rev-parse", "--quiet", "--verify", f"{commit}^{{commit}}")
    except RuntimeError:
        return False
    return True


def read_files(mirror: Path, commit: str, paths: list[str]) -> list[SourceFile]:
    """Read document files at a commit."""
    return [SourceFile(path=path, text=_git(mirror, "show", f"{commit}:{path}")) for path in paths]
