"""Which documents `cag_pipeline` reads: the user's own, or the runbooks that come with the project."""

import json
import shutil
import subprocess
from pathlib import Path

from local.settings import ROOT, StackSettings

RUNBOOKS = ROOT / "docs/runbooks"


def resolve_docs(settings: StackSettings) -> str:
    """Give the JSON list of document sources that the components read as RUNLORE_DOCS.

    RUNLORE_DOCS wins when it is set; then what was remembered from an earlier call; then the
    stack's own repository. `default` forgets what was remembered.

    Args:
        settings: the stack's settings, of which `docs` may be a JSON list, a Git URL or a folder.
    """
    remembered = settings.home / "docs.json"
    given = settings.docs.strip()
    if given and given != "default":
        return given if given.startswith("[") else json.dumps([{"url": _locate(given)}])
    if not given and remembered.exists():
        return remembered.read_text().strip()
    return _default(settings)


def remember_docs(settings: StackSettings) -> None:
    """Keep what the person chose, so that later commands and the services know it too."""
    remembered = settings.home / "docs.json"
    if settings.docs.strip() == "default":
        remembered.unlink(missing_ok=True)
    elif settings.docs.strip() not in ("", _default(settings)):  # a shell with `make env` has the default set
        remembered.write_text(resolve_docs(settings) + "\n")


def seed_docs_repository(settings: StackSettings) -> None:
    """Make the stack's own Git work tree from `docs/runbooks`, once; later edits in it are the user's."""
    repository = settings.home / "docs-repository"
    if (repository / ".git").exists() or not RUNBOOKS.is_dir():
        return
    shutil.copytree(RUNBOOKS, repository, dirs_exist_ok=True)
    _git(repository, "init", "-q", "-b", "main")
    _git(repository, "config", "user.name", "Runlore set-up")
    _git(repository, "config", "user.email", "setup@runlore.local")
    commit_documents(repository, "Runbooks that come with Runlore")


def commit_documents(repository: Path, message: str) -> None:
    """Commit all that was changed in the stack's own Git work tree; nothing changed is an error of Git's.

    Args:
        repository: The work tree.
        message: Of the commit.
    """
    _git(repository, "add", "--all")
    _git(repository, "commit", "-q", "-m", message)


def _default(settings: StackSettings) -> str:
    return json.dumps([{"url": str(settings.home / "docs-repository"), "branch": "main"}])


def _locate(given: str) -> str:
    """Make a folder's path absolute, since services run elsewhere; leave a URL as it is."""
    folder = Path(given).expanduser()
    return str(folder.resolve()) if folder.is_dir() else given


def _git(repository: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(repository), *arguments], check=True)
