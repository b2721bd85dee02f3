"""A secret of each kind in records and pages of all sorts."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Final, TypedDict

import yaml

from evaluation.benchmarks.secret_texts.carriers import CARRIERS, hide
from evaluation.benchmarks.secret_texts.drawing import Draw, open_draw
from evaluation.benchmarks.secret_texts.formats import SECRETS

_PHRASES: Final[dict[str, list[str]]] = yaml.safe_load(
    (files("evaluation.benchmarks.secret_texts") / "phrases.yaml").read_text(encoding="utf-8")
)
_NAMES: Final = {"e-mail": "contact", "connection string": "DATABASE_URL"}


class Planted(TypedDict):
    """A secret, the text that hides it, and where such a text comes from."""

    kind: str
    secret: str
    carrier: str
    text: str


def plant_secrets(seed: int, count: int = 50) -> Iterator[Planted]:
    """Yield `count` secrets of each kind, every one hidden in a text of its own.

    Args:
        seed: The same seed gives the same secrets.
        count: How many of each kind.
    """
    draw = open_draw(seed)
    for kind, make in SECRETS.items():
        for number in range(count):
            secret = make(draw)
            carrier = CARRIERS[number % len(CARRIERS)]
            yield Planted(kind=kind, secret=secret, carrier=carrier, text=_hide(draw, kind, secret, carrier))


def _hide(draw: Draw, kind: str, secret: str, carrier: str) -> str:
    text = draw.choice(_PHRASES.get(kind, _PHRASES["any"])).format(s=secret)
    name = _NAMES.get(kind, draw.choice(("DB_PASSWORD", "API_TOKEN", "CLIENT_SECRET")))
    value = f"postgres://app:{secret}@db/shop" if kind == "connection string" else secret
    return hide(carrier, text, name, value)


def find_traces(planted: Planted, text: str) -> list[str]:
    """Return the parts of a secret that a text still shows: of a private key its lines, else all of it."""
    lines = [line for line in planted["secret"].splitlines() if not line.startswith("-----")]
    shapes = {*lines, *(json.dumps(line)[1:-1] for line in lines)}
    return [shape for shape in shapes if shape in text]
