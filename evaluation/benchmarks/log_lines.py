"""Log messages drawn from known templates, the same for a seed: what a parser of logs is measured with.

The templates of `log_templates.yaml` are of the systems that the published corpora hold, and some more. As
in LogHub-2k a system has 2,000 messages without their heads, and a few templates make most of them. Some
templates differ in one word only (opened, refused); some variables are of several words, so that messages of
one template differ in length.
"""

import random
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from string import Formatter
from typing import Final, NamedTuple

import yaml

from evaluation.benchmarks.log_fields import FIELDS

LINES: Final = 2_000
"""Messages of a system."""


class Message(NamedTuple):
    """A log message and the number of the template that it was drawn from."""

    text: str
    template: int


@lru_cache(maxsize=1)
def read_templates() -> dict[str, list[str]]:
    """Return the templates of each system."""
    templates: dict[str, list[str]] = yaml.safe_load(
        (files("evaluation.benchmarks") / "log_templates.yaml").read_text(encoding="utf-8")
    )
    return templates


def draw_messages(system: str, seed: int, count: int = LINES) -> list[Message]:
    """Return messages of a system, in the order in which it wrote them.

    Args:
        system: One of `read_templates`.
        seed: The same seed gives the same messages.
        count: How many.

    Example:
        >>> draw_messages("shop", seed=3, count=2) == draw_messages("shop", seed=3, count=2)
        True
    """
    draw = random.Random(f"{system} {seed}")  # noqa: S311 - nothing is protected by these
    templates = read_templates()[system]
    ranked = draw.sample(range(len(templates)), len(templates))
    # Zipf's law: the share of a template is one over its rank.
    shares = list(accumulate(1 / rank for rank in range(1, len(templates) + 1)))
    chosen = draw.choices(ranked, cum_weights=shares, k=count)
    return [Message(fill_template(templates[number], draw), number) for number in chosen]


def fill_template(template: str, draw: random.Random) -> str:
    """Return a message of a template: each field becomes a value drawn for it.

    Raises:
        KeyError: The template has a field that nobody knows to draw.

    Example:
        >>> fill_template("worker {{main}} is ready", random.Random(1))
        'worker {main} is ready'
    """
    parts = Formatter().parse(template)
    return "".join(literal + (FIELDS[field](draw) if field else "") for literal, field, _, _ in parts)
