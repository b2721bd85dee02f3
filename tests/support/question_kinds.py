"""The tables of questions with their kinds and places, in both languages and in the words of tired people."""

from pathlib import Path

_TABLES = Path(__file__).parents[1] / "unit/processors/retrieval/question/kinds"


def read_rows(pattern: str = "*.txt") -> list[tuple[str, str, str]]:
    """Return kind, places and question of each row of the tables whose names fit."""
    lines = [line for path in sorted(_TABLES.glob(pattern)) for line in path.read_text("utf-8").splitlines()]
    rows = [tuple(part.strip() for part in line.split("|", 2)) for line in lines if not line.startswith("#")]
    return [(kind, places, question) for kind, places, question in rows]
