"""The stack's own folder: which one it is, and that nothing else is ever removed."""

import shutil
from pathlib import Path
from typing import Final

from local.errors import StackError
from local.settings import ROOT

MARK: Final = ".runlore-home"
_TEXT: Final = "This folder is a stack's own. `make clean` removes it.\n"
# All that a stack puts there, so that whatever else lies there is somebody's.
CONTENTS: Final = frozenset(
    {
        MARK, "airflow", "alertmanager", "backup", "config", "docs-repository", "docs.json", "kafka",
        "kubernetes", "log-shipper", "log-store", "logs", "mlflow", "node", "object-store", "open-webui",
        "opensearch", "postgres", "prometheus", "redis", "run", "secrets", "staging", "work",
    }
)  # fmt: skip


def claim_home(home: Path) -> None:
    """Mark a folder as a stack's own, if nothing of anybody else lies there."""
    home.mkdir(parents=True, exist_ok=True)
    if not _list_foreign(home):
        (home / MARK).write_text(_TEXT)


def remove_home(home: Path) -> None:
    """Remove a stack's own folder; one that isn't there is as good.

    Raises:
        StackError: It is no such folder, or holds what isn't the stack's. Nothing was removed.
    """
    require_own(home)
    if home.exists():
        shutil.rmtree(home)


def require_own(home: Path) -> None:
    """See that a folder may be removed.

    Raises:
        StackError: It may not; the message says why and what to do.
    """
    if home in (ROOT, *ROOT.parents) or home in (Path.home(), *Path.home().parents):
        raise StackError(f"RUNLORE_HOME names {home}, which holds more than a stack: nothing was removed.")
    if not home.exists():
        return
    if not (home / MARK).is_file():
        raise StackError(
            f"{home} has no file {MARK}, so it was not made by `make run`: nothing was removed. If it is a "
            "stack's all the same, `make setup` marks it, unless something else lies there."
        )
    if foreign := _list_foreign(home):
        raise StackError(
            f"{home} holds what is not the stack's: {', '.join(foreign[:5])}. Nothing was removed. Move that "
            "away, then try again."
        )


def _list_foreign(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.name not in CONTENTS)
