"""The driver knows each benchmark of the Makefile, or it is one that isn't a benchmark of figures."""

import importlib.util
import re

import pytest

from evaluation.benchmarks.together.parts import PARTS, choose_parts
from tests.unit.docs.pages import read_page

TARGETS = set(re.findall(r"^bench-([a-z-]+):", read_page("Makefile"), re.MULTILINE))


def test_each_target_is_known_and_each_part_has_a_target() -> None:
    assert {part.name for part in PARTS} == TARGETS


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_is_the_program_of_its_target(part: object) -> None:
    module = f"evaluation.benchmarks.{part.module}"  # type: ignore[attr-defined]
    rule = read_page("Makefile").partition(f"\nbench-{part.name}:")[2].partition("\n\n")[0]  # type: ignore[attr-defined]
    assert re.search(rf"-m {re.escape(module)}(\s|$)", rule)
    assert importlib.util.find_spec(module)


def test_by_default_what_is_apart_is_not_run_and_all_fits_into_a_quarter_of_an_hour() -> None:
    chosen, others = choose_parts([], everything=False)
    assert not [part.name for part in chosen if part.apart]
    assert all(part.apart for part in others)
    assert sum(part.seconds for part in chosen) <= 15 * 60
    assert {*chosen, *others} == {*PARTS}


def test_all_but_what_has_a_stack_of_its_own_may_be_run() -> None:
    chosen, others = choose_parts([], everything=True)
    assert chosen
    assert {part.name for part in others} == {part.name for part in PARTS if part.own_stack}


def test_some_are_run_in_the_order_of_all() -> None:
    chosen, others = choose_parts(["logs", "service"], everything=False)
    assert [part.name for part in chosen] == ["service", "logs"]
    assert len(chosen) + len(others) == len(PARTS)


@pytest.mark.parametrize(("name", "told"), [("speed", "there is no benchmark 'speed'"), ("quality", "own")])
def test_what_cannot_be_run_is_refused(name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        choose_parts([name], everything=False)
