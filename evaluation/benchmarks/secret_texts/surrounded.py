"""Secrets in the surroundings that they really have, and what only looks like one.

Where `planted.py` hides many secrets of few kinds, here each text stands for one way in which people, tools
and vendors write a secret down.
"""

import base64
import string
import urllib.parse
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any, Final, TypedDict

import yaml

from evaluation.benchmarks.secret_texts.drawing import LOWER, fill, open_draw, pick


class Surrounded(TypedDict):
    """A text, and the pieces of it that must be masked."""

    text: str
    traces: list[str]


def _load(name: str) -> Any:
    return yaml.safe_load((files("evaluation.benchmarks.secret_texts") / name).read_text(encoding="utf-8"))


WRITTEN: Final[list[str]] = _load("surroundings.yaml")
"""Templates of texts with secrets."""

ISSUED: Final[dict[str, str]] = _load("issuers.yaml")
"""Templates of tokens by their issuers."""

KEPT: Final[list[str]] = _load("look_alikes.yaml")
"""Texts that hold words and forms of secrets, and none."""


def _encode64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_QUOTE: Final = urllib.parse.quote

ENCODED: Final[tuple[tuple[str, str, Callable[[str], str]], ...]] = (
    ("body password%3D{} sent", "{}", str),
    ("q=%7B%22token%22%3A%22{}%22%7D", "{}", str),
    ("GET /?next=https%3A%2F%2Fapp%3A{}%40db%2Fx", "{}", str),
    ("state=user%3Dbob%26password%3D{}%26x%3D1", "{}", str),
    ("state={}", "https://acme.io/?q=1&password={}", lambda text: _QUOTE(_QUOTE(text, safe=""), safe="")),
    ("payload {} read", "password={}", _encode64),
    ("payload={}", "DB_USER=app\nDB_PASSWORD={}\n", _encode64),
    ('{{"blob": "{}"}}', '{{"user": "app", "password": "{}"}}', _encode64),
    ("blob {}", "password={}", lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")),
    ("sent {} to the proxy", "svc-shop:{}", _encode64),
    ('{{"data": "{}"}}', "postgres://app:{}@db/shop", _encode64),
    ("twice {}", "password={}", lambda text: _encode64(_encode64(text))),
    ("user-data {}", "#cloud-config\nusers:\n- name: bob\n  password: {}\n", _encode64),
    ("SAMLResponse={}", "<a><password>{}</password></a>", lambda text: _QUOTE(_encode64(text))),
)
"""Texts, what they hold in another encoding, and that encoding."""

_CARRIERS: Final = (
    "called with {} and failed",
    '{{"message": "using {}"}}',
    "x={};",
    "https://acme.io/a/{}/b",
    "({})",
)


def surround_secrets(seed: int) -> Iterator[Surrounded]:
    """Yield each text with secrets of its own.

    Args:
        seed: The same seed gives the same secrets.
    """
    draw = open_draw(seed)
    for template in WRITTEN:
        text, values = fill(draw, template)
        yield Surrounded(text=text, traces=values)
    for template, inner, encode in ENCODED:
        secret = pick(draw, LOWER + string.digits, 12)
        encoded = encode(inner.format(secret))
        yield Surrounded(text=template.format(encoded), traces=[secret, encoded])
    for number, template in enumerate(ISSUED.values()):
        token, _ = fill(draw, template)
        yield Surrounded(text=_CARRIERS[number % len(_CARRIERS)].format(token), traces=[token])
