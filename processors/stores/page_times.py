"""When documents were changed last: by the commits of a repository, or by the files of a plain folder."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from processors.knowledge.documents.pages import show_path
from processors.settings.documents import DocumentSource
from processors.stores.folders import is_plain_folder
from processors.stores.git import run_git

# A history of a hundred thousand commits is read in seconds; what was changed before has its commit's time.
_MOST_COMMITS: Final = 100_000


def find_change_times(
    source: DocumentSource, mirror: Path, since: str | None, commit: str, paths: Iterable[str]
) -> dict[str, float]:
    """Return when each document was changed last, in seconds since 1970.

    Where that can't be told it is the time of the commit that is read.

    Args:
        source: The repository or folder.
        mirror: Git directory that holds the commits.
        since: A commit before all of these changes, or None: they may be as old as the history.
        commit: The commit that is read.
        paths: Of the documents, as they are shown.

    Raises:
        GitError: Git refuses.
    """
    folder = Path(source.url).expanduser()
    wanted = set(paths)
    if is_plain_folder(folder):
        times = {path: _read_file_time(folder / path) for path in wanted}
    else:
        times = _read_commit_times(mirror, since, commit, source.folder)
    default = float(run_git(mirror, "log", "-1", "--format=%ct", commit))
    return {path: times.get(path) or default for path in wanted}


def _read_file_time(file: Path) -> float | None:
    try:
        return file.stat().st_mtime
    except OSError:
        # It went since, or its name can't be shown as it is.
        return None


def _read_commit_times(mirror: Path, since: str | None, commit: str, folder: str) -> dict[str, float | None]:
    """Return the time of the newest commit that changed each path."""
    scope = ["--", folder] if folder else []
    told = run_git(
        mirror, "log", "-z", "--no-renames", "--name-only", f"--max-count={_MOST_COMMITS}",
        "--format=%x01%ct", f"{since}..{commit}" if since else commit, *scope,
    )  # fmt: skip
    times: dict[str, float | None] = {}
    time = 0.0
    for part in told.split(b"\0"):
        if part.startswith(b"\x01"):
            time = float(part[1:])
        elif part:
            times.setdefault(show_path(part.removeprefix(b"\n")), time)
    return times
