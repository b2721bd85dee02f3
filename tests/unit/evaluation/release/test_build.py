"""What was handed over to its gate is measured while no other build may begin."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from evaluation.gate.decision import Decision
from evaluation.release import build
from processors.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_the_lease_is_held_while_the_build_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    course: list[str] = []

    @contextmanager
    def hold(_: Any, pipeline: str, index: str) -> "Iterator[None]":
        course.append(f"take {pipeline} {index}")
        yield
        course.append("give back")

    def release(*given: Any) -> Decision:
        course.append(f"measure {given[3]}")
        return Decision(promote=False, reasons=["worse"])

    monkeypatch.setattr(build, "go_on_with", hold)
    monkeypatch.setattr(build, "release_version", release)
    decision = build.release_build(load_settings(), "rag", "rag-v000002")
    assert decision == Decision(promote=False, reasons=["worse"])
    assert course == ["take rag rag-v000002", "measure rag-v000002", "give back"]
