"""The name of the ranking is that of the files that make it."""

import hashlib
from pathlib import Path

from processors.retrieval.ranking_version import RANKING

ROOT = Path(__file__).parents[2]
FOLDERS = ("processors/retrieval", "serving/retrieval")
CONSTANT = "processors/retrieval/ranking_version.py"


def fingerprint(root: Path) -> str:
    """Return a hash of the names and texts of all modules and word lists, but for that of the constant."""
    files = [
        path for folder in FOLDERS for path in (root / folder).rglob("*") if path.suffix in {".py", ".txt"}
    ]
    names = sorted({str(path.relative_to(root)) for path in files} - {CONSTANT})
    parts = [f"{name}\0{(root / name).read_text(encoding='utf-8')}\0" for name in names]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]


def test_it_is_the_fingerprint_of_what_finds_and_orders_passages() -> None:
    present = fingerprint(ROOT)
    assert present == RANKING, f'set RANKING in {CONSTANT} to "{present}"'


def test_whatever_changes_there_changes_the_fingerprint(tmp_path: Path) -> None:
    seen = {fingerprint(tmp_path)}
    changes = [
        ("processors/retrieval/hybrid.py", "WEIGHT = 1"),
        ("processors/retrieval/hybrid.py", "WEIGHT = 2"),
        ("processors/retrieval/glossary.txt", "красный red"),
        ("serving/retrieval/new.py", ""),
    ]
    for name, text in changes:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        seen.add(fingerprint(tmp_path))
    assert len(seen) == len(changes) + 1
