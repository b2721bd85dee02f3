"""Messages are drawn from known templates, the same for a seed, a few templates making most of them."""

import random
import re
from collections import Counter
from string import Formatter

import pytest

from evaluation.benchmarks.log_fields import FIELDS
from evaluation.benchmarks.log_lines import LINES, draw_messages, fill_template, read_templates

TEMPLATES = read_templates()


def test_there_are_enough_systems_and_templates() -> None:
    assert len(TEMPLATES) >= 16
    assert all(len(templates) == len(set(templates)) >= 25 for templates in TEMPLATES.values())


def test_every_field_can_be_drawn() -> None:
    written = [template for templates in TEMPLATES.values() for template in templates]
    used = {
        field for template in written for _, field, _, _ in Formatter().parse(template) if field is not None
    }
    assert used == set(FIELDS)


def test_an_unknown_field_is_told() -> None:
    with pytest.raises(KeyError, match="colour"):
        fill_template("the lamp is {colour}", random.Random(1))  # noqa: S311 - nothing is protected by it


def test_a_seed_says_all() -> None:
    assert draw_messages("kafka", seed=1) == draw_messages("kafka", seed=1)
    assert draw_messages("kafka", seed=1) != draw_messages("kafka", seed=2)


def test_a_message_is_of_its_template() -> None:
    for message in draw_messages("redis", seed=1):
        parts = Formatter().parse(TEMPLATES["redis"][message.template])
        pattern = "".join(re.escape(literal) + (".+" if field else "") for literal, field, _, _ in parts)
        assert re.fullmatch(pattern, message.text), message


def test_few_templates_make_most_of_the_messages_and_none_is_missing() -> None:
    counts = Counter(message.template for message in draw_messages("sshd", seed=1)).most_common()
    assert sum(count for _, count in counts) == LINES
    assert sum(count for _, count in counts[:5]) > LINES / 2
    assert len(counts) >= 25


def test_some_templates_give_messages_of_different_lengths() -> None:
    lengths: dict[int, set[int]] = {}
    for message in draw_messages("kafka", seed=1):
        lengths.setdefault(message.template, set()).add(len(message.text.split()))
    assert any(len(each) > 1 for each in lengths.values())
