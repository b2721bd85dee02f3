"""A rebuilt version is named before it is written, and its positions are set after that."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from processors.pipelines.rag import history
from processors.settings import load_settings
from processors.stores import staging
from processors.versions import builds

REACHED = {"runlore.logs": {"0": 7}}


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was done, in order, by a rebuild whose stages lie in staging and whose stores are played."""
    done: list[Any] = []
    url = tmp_path.as_uri()
    aside = {"quarantined": [{"file": "f"}], "unreadable": ["m"]}
    counts = {"offsets": 9, "records": 7, "letters": 1, "noise": 0, "seconds": 2.0}
    staging.write_manifest(f"{url}/heavy", {"end": REACHED, "log_state": "l", **counts, **aside})
    staging.write_manifest(f"{url}/embed", {"model": "m@1", "chunks": 4, "embedded": 3, "seconds": 1.0})

    @contextmanager
    def begin(*given: Any) -> Iterator[str]:
        done.append(("begin", given[3]))
        yield "rag-v000007"
        done.append("candidate")

    monkeypatch.setattr(history.search, "open_search", lambda _: None)
    monkeypatch.setattr(history.search, "explain_blocks", lambda _: nullcontext())
    monkeypatch.setattr(history, "begin_version", begin)
    monkeypatch.setattr(history, "read_letters", lambda _: ["own"])
    monkeypatch.setattr(history.slices, "open_slice", lambda *given: done.append(("slice", *given[1:])))
    monkeypatch.setattr(history.catalog, "read_meta", lambda *_: {"mlflow_run": "run"})
    monkeypatch.setattr(
        history, "move_positions", lambda *given: done.append(("move", given[4]["end"], given[4]["letters"]))
    )
    monkeypatch.setattr(history, "catch_up", lambda *given: done.append(("catch up", *given[1:])) or 5)
    return done


def rebuild(tmp_path: Path, steps: list[Any], told: str = "rag-v000007") -> dict[str, Any]:
    url = tmp_path.as_uri()

    def write(index: str) -> None:
        steps.append(("write", index))
        written = {"index": told, "written": 4, "refused": ["c"], "letters": ["refused"], "evidence": 2}
        staging.write_manifest(f"{url}/written", {**written, "seconds": 3.0})

    record = builds.NO_RECORD._replace(log=lambda run, figures: steps.append((run, figures)))
    return history.index_history(load_settings(), url, write, record)


def test_a_version_is_named_then_written_then_moved_then_catches_up(tmp_path: Path, steps: list[Any]) -> None:
    indexed = rebuild(tmp_path, steps)
    *order, logged, last = steps
    assert order == [
        ("begin", "m@1"),
        ("slice", "rag-v000007", 1),
        ("write", "rag-v000007"),
        ("move", REACHED, ["own", "refused"]),
        ("catch up", tmp_path.name, "rag-v000007"),
    ]
    assert last == "candidate"
    run, figures = logged
    assert run == "run"
    assert figures["rebuild_files_put_aside"] == 2
    assert figures["rebuild_events_caught_up"] == 5
    assert figures["rebuild_embedded"] == 3
    assert indexed == {"index": "rag-v000007", "candidate": True, "written": 4, "refused": 1, "evidence": 2}


def test_what_an_older_try_wrote_elsewhere_counts_for_nothing(tmp_path: Path, steps: list[Any]) -> None:
    with pytest.raises(RuntimeError, match="rag-v000006, not into rag-v000007"):
        rebuild(tmp_path, steps, told="rag-v000006")
    assert not [step for step in steps if step[0] == "move"]
