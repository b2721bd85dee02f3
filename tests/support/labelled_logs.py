"""Reads the labelled log lines of `tests/unit/processors/logs/labelled` and compares what comes of them."""

import json
import random
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypedDict

from processors.knowledge.record import Record
from processors.knowledge.times import read_clock

_LOGS: Final = Path(__file__).parents[1] / "unit" / "processors" / "knowledge" / "logs"
FOLDER: Final = _LOGS / "labelled"
HELD_OUT: Final = _LOGS / "held_out"
"""Systems that were first looked at when the reading of logs had been written."""

RECEIVED: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""When the broker got every record of the sample."""

_ALNUM: Final = string.ascii_letters + string.digits
_HEX: Final = "0123456789abcdef"
_CAPITALS: Final = string.ascii_uppercase + string.digits
_URL64: Final = _ALNUM + "-_"
_Piece = str | tuple[str, int]
# A token is put together of fixed texts and drawn ones, so that no scanner takes these files for a leak.
_TOKENS: Final[dict[str, tuple[_Piece, ...]]] = {
    "aws": ("AK", "IA", (_CAPITALS, 16)),
    "awssecret": ((_ALNUM + "+/", 40),),
    "awssecreturl": ((_ALNUM, 40),),
    "awssession": ("IQoJb3JpZ2luX2VjE", (_ALNUM + "+/", 180)),
    "azure": ((_ALNUM + "+/", 86), "=="),
    "dashes": ("-" * 5,),
    "django": ("django-", "insecure-", (_ALNUM + "!@#%^*(-_=+)", 50)),
    "fernet": ("gAAAA", "AB", (_URL64, 170)),
    "github": ("gh", "p_", (_ALNUM, 36)),
    "gitlab": ("gl", "cbt-", (_HEX, 2), "_", (_ALNUM, 20)),
    "gitlab_deploy": ("gl", "dt-", (_ALNUM, 20)),
    "google": ("AI", "za", (_ALNUM, 35)),
    "grafana": ("gl", "sa_", (_ALNUM, 32), "_", (_HEX, 8)),
    "jwt": ("eyJhbGciOi", "JSUzI1NiJ9.eyJ", (_URL64, 80), ".", (_ALNUM, 86)),
    "key_line": ((_ALNUM + "+/", 64),),
    "npm": ("np", "m_", (_ALNUM, 36)),
    "opaque": ((_ALNUM, 43),),
    "slack_hook": ("T", (_CAPITALS, 8), "/B", (_CAPITALS, 10), "/", (_ALNUM, 24)),
    "stripe": ("sk_", "live_", (_ALNUM, 24)),
    "telegram": (("123456789", 10), ":AA", (_ALNUM, 33)),
    "vault": ("hv", "s.", (_ALNUM, 24)),
}
_TOKEN: Final = re.compile(r"\{\{(\w+)\}\}")
_MASK: Final = re.compile(r"<masked:[0-9a-f]{8}>")
_ESCAPE: Final = re.compile(r"\\+[nrt]")
_WORD: Final = re.compile(r"[\w.-]+")


class Labelled(TypedDict):
    """A log record and what is true of it.

    `observed_at` is None where the record states no sound time, so that the broker's is right. `secrets` are
    the texts that masking must not leave.
    """

    system: str
    record: Record
    severity: str
    observed_at: datetime | None
    secrets: list[str]


def read_sample(folder: Path = FOLDER) -> list[Labelled]:
    """Return every line of a sample, in the order of its files."""
    return [line for path in sorted(folder.glob("*.jsonl")) for line in _read_file(path)]


def _read_file(path: Path) -> Iterator[Labelled]:
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines()):
        label = json.loads(_TOKEN.sub(lambda token: _draw_token(token[1]), row))
        record = Record(
            topic="runlore.logs",
            partition=0,
            offset=number,
            timestamp_ms=int(RECEIVED.timestamp() * 1000),
            key=label.get("key", path.stem),
            headers=label.get("headers", {}),
            value=label["value"],
        )
        stated = label["observed_at"]
        yield Labelled(
            system=path.stem,
            record=record,
            severity=label["severity"],
            observed_at=None if stated == "broker" else datetime.fromisoformat(stated),
            secrets=label.get("secrets", []),
        )


def _draw_token(name: str) -> str:
    """Return the token of a name: always the same, without meaning, and of its vendor's form."""
    draw = random.Random(name)  # noqa: S311 - nothing is protected by these
    return "".join(
        piece if isinstance(piece, str) else "".join(draw.choices(piece[0], k=piece[1]))
        for piece in _TOKENS[name]
    )


def mask_record(record: Record, mask: Callable[[str], str]) -> Record:
    """Return a record whose key, headers and value are masked."""
    headers = {name: mask(text) for name, text in record["headers"].items()}
    return {**record, "key": mask(record["key"]), "headers": headers, "value": mask(record["value"] or "")}


def list_texts(record: Record) -> list[str]:
    """Return the texts of a record in which a secret can stand."""
    return [record["key"], *record["headers"].values(), record["value"] or ""]


def find_leaks(secrets: list[str], masked: Record) -> list[str]:
    """Return the secrets that a masked record still shows, whole or half."""
    texts = "\n".join(list_texts(masked))
    halves = ((secret, (secret[: len(secret) // 2], secret[len(secret) // 2 :])) for secret in secrets)
    return [secret for secret, parts in halves if any(part in texts for part in parts)]


def find_lost_words(secrets: list[str], record: Record, masked: Record) -> list[str]:
    """Return the words outside of secrets that masking took away."""
    lost = _count_others(secrets, record) - _count_others(secrets, masked)
    return sorted(lost.elements())


def _count_others(secrets: list[str], record: Record) -> Counter[str]:
    """Count the words that are neither secrets nor masks."""
    text = _MASK.sub(" ", "\n".join(list_texts(record)))
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, " ")
    return Counter(_WORD.findall(_ESCAPE.sub(" ", text)))


def count_words(record: Record) -> int:
    """Return how many words a record has."""
    return sum(len(_WORD.findall(text)) for text in list_texts(record))


def differs_in_time(label: Labelled, observed_at: str) -> bool:
    """Tell whether a time is more than a second away from the true one."""
    true = label["observed_at"] or read_clock(label["record"]["timestamp_ms"])
    return abs((datetime.fromisoformat(observed_at) - true).total_seconds()) > 1
