"""Builds that meet each other, a rollback, a prune, or their death, on the real OpenSearch and MLflow."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from opensearchpy import OpenSearch

from processors.settings import Settings
from processors.stores import mlflow, search
from processors.versions import (
    aliases,
    builds,
    catalog,
    deletion,
    lease_holders,
    lease_record,
    leases,
    pins,
    promotion,
    swaps,
)
from processors.versions.build_runs import begin_run, keep_record
from processors.versions.names import find_version
from processors.versions.registry import name_model

CHUNKS = 200


def build(client: OpenSearch, pipeline: Any, **meta: Any) -> str:
    with builds.begin_build(client, pipeline, meta) as index:
        pass
    return index


def build_live(client: OpenSearch, pipeline: Any) -> str:
    index = build(client, pipeline)
    with builds.go_on_with(client, pipeline, index):
        swaps.promote(client, pipeline, index)
    return index


def list_indices(client: OpenSearch, pipeline: str) -> list[str]:
    return sorted(client.indices.get_alias(index=f"{pipeline}-v*"))


def find_all_live(client: OpenSearch, pipeline: str) -> set[str]:
    indices = client.indices.get_alias(index=f"{pipeline}-v*")
    return {find_version(index) for index, body in indices.items() if pipeline in body["aliases"]}


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run actions at the same moment and return what each gave or raised."""
    barrier = threading.Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return action()
        except (ValueError, RuntimeError) as error:
            return error

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def tracked(pipeline: str, settings: Settings) -> Iterator[builds.RunRecord]:
    """The pipeline's runs in MLflow, in an experiment that is gone afterwards."""
    yield keep_record(settings.mlflow.tracking_uri, pipeline)  # type: ignore[arg-type]
    with mlflow.open_mlflow(settings.mlflow.tracking_uri) as opened:
        experiment = mlflow.find_experiment(opened, name_model(pipeline))
        opened.post("/experiments/delete", json={"experiment_id": experiment}).raise_for_status()


def read_run(settings: Settings, run_id: str) -> tuple[str, dict[str, str]]:
    with mlflow.open_mlflow(settings.mlflow.tracking_uri) as opened:
        run = mlflow.get_run(opened, run_id)
    assert run
    return run["info"]["status"], {tag["key"]: tag["value"] for tag in run["data"]["tags"]}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_build_that_is_killed_leaves_nothing_but_a_killed_run(
    client: OpenSearch, settings: Settings, pipeline: Any, tracked: builds.RunRecord, share: float
) -> None:
    live = build_live(client, pipeline)
    command = [sys.executable, "-m", "tests.support.dying_build", pipeline, str(share), str(CHUNKS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout
        assert dying.stdout.readline() == "here\n"
        with pytest.raises(builds.leases.BuildInProgressError, match=f"process {dying.pid}"):
            build(client, pipeline)
        dying.send_signal(signal.SIGKILL)
    (killed,) = catalog.list_unfinished(client, pipeline)
    run = catalog.read_meta(client, killed)["mlflow_run"]
    client.indices.refresh(index=f"{killed}*")
    assert share * CHUNKS <= client.count(index=f"{killed}*")["count"] < CHUNKS
    assert len([index for index in list_indices(client, pipeline) if index.startswith(killed)]) == 2
    assert find_all_live(client, pipeline) == {live}
    assert read_run(settings, run)[0] == "RUNNING"

    began = time.monotonic()
    with builds.begin_build(client, pipeline, {}, tracked) as following:
        assert time.monotonic() - began < 15
        assert list_indices(client, pipeline) == [live, following]
        assert client.count(index=following)["count"] == 0
        status, tags = read_run(settings, run)
        assert (status, tags["gate"], tags["index"]) == ("KILLED", "killed", killed)
        assert read_run(settings, catalog.read_meta(client, following)["mlflow_run"])[0] == "RUNNING"
    assert following > killed
    assert find_all_live(client, pipeline) == {live}


def test_a_build_that_fails_clears_up_by_itself(
    client: OpenSearch, settings: Settings, pipeline: Any, tracked: builds.RunRecord
) -> None:
    runs = []

    def build_badly() -> None:
        with builds.begin_build(client, pipeline, {}, tracked) as index:
            runs.append(catalog.read_meta(client, index)["mlflow_run"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        build_badly()
    assert list_indices(client, pipeline) == []
    assert read_run(settings, runs[0])[0] == "KILLED"
    assert lease_record.read_record(client, pipeline) == {"last_number": 1, "holder": None}
    # Its number is not used again, although nothing is left of it.
    assert build(client, pipeline) == f"{pipeline}-v000002"


def test_clean_up_takes_what_nobody_owns_and_leaves_what_is_built(
    client: OpenSearch, settings: Settings, pipeline: Any, tracked: builds.RunRecord
) -> None:
    live = build_live(client, pipeline)
    with builds.begin_build(client, pipeline, {}, tracked), pytest.raises(leases.BuildInProgressError):
        builds.clean_up(client, pipeline, tracked)
    swaps.promote(client, pipeline, f"{pipeline}-v000002")
    forgotten = begin_run(settings.mlflow.tracking_uri, pipeline, f"{pipeline}-v000009")
    client.indices.create(index=f"{pipeline}-v000007")
    client.indices.create(index=f"{pipeline}-v000005-000001")
    assert builds.clean_up(client, pipeline, tracked) == {
        "unfinished": [f"{pipeline}-v000007"],
        "slices": [f"{pipeline}-v000005-000001"],
        "runs": [f"{pipeline}-v000002", f"{pipeline}-v000009"],
    }
    assert read_run(settings, forgotten)[0] == "KILLED"
    assert list_indices(client, pipeline) == [live, f"{pipeline}-v000002"]


def test_of_builds_at_once_one_goes_on_and_the_others_are_told(client: OpenSearch, pipeline: Any) -> None:
    begun, done = threading.Event(), threading.Event()

    def build_slowly() -> str:
        with builds.begin_build(client, pipeline, {}) as index:
            begun.set()
            done.wait(30)
        return index

    def wait_and_end() -> None:
        begun.wait(30)
        time.sleep(1)
        done.set()

    *outcomes, _ = at_once(*[build_slowly] * 5, wait_and_end)
    winners = [outcome for outcome in outcomes if isinstance(outcome, str)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, leases.BuildInProgressError)]
    assert (len(winners), len(losers)) == (1, 4)
    assert list_indices(client, pipeline) == winners
    assert catalog.read_meta(client, winners[0])["state"] == "candidate"
    assert "Nothing was written" in str(losers[0])


def test_a_builder_elsewhere_is_believed_while_it_renews_and_replaced_when_it_stops(
    client: OpenSearch, pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "TERM", timedelta(seconds=4))
    monkeypatch.setattr(leases, "BEAT", timedelta(seconds=1))
    built = []

    def build_and_fall_silent() -> None:
        with builds.begin_build(client, pipeline, {}) as index, monkeypatch.context() as patch:
            patch.setattr(lease_holders, "_find_place", lambda: "another machine")
            with pytest.raises(leases.BuildInProgressError):
                build(client, pipeline)
            assert list_indices(client, pipeline) == [index]
            # What renews from here on changes nothing.
            patch.setattr(leases, "_renew", lambda record, _: record)
            built.append(build(client, pipeline))
            assert list_indices(client, pipeline) == built

    with pytest.raises(leases.LeaseLostError, match="given to another one"):
        build_and_fall_silent()
    assert list_indices(client, pipeline) == built


def test_a_candidate_waits_for_the_gate_of_another_task(client: OpenSearch, pipeline: Any) -> None:
    def build_for_other_task(run: str) -> str:
        with builds.begin_build(client, pipeline, {}, run=run, other_task_gates=True) as index:
            pass
        return index

    first = build_for_other_task("run-1")
    with pytest.raises(leases.BuildInProgressError, match="waits for its gate"):
        build_for_other_task("run-2")
    # The same run, tried again, builds anew.
    second = build_for_other_task("run-1")
    assert list_indices(client, pipeline) == [second]
    with pytest.raises(leases.BuildInProgressError), builds.go_on_with(client, pipeline, first):
        pass
    with builds.go_on_with(client, pipeline, second):
        promotion.promote_build(client, pipeline, second, None)
    assert catalog.find_live(client, pipeline) == second
    with pytest.raises(ValueError, match="is gone"), builds.go_on_with(client, pipeline, first):
        pass
    assert build(client, pipeline) > second


def test_a_rollback_during_a_build_stands(client: OpenSearch, pipeline: Any) -> None:
    older, newer = build_live(client, pipeline), build_live(client, pipeline)
    with builds.begin_build(client, pipeline, {"parent": newer}) as index:
        assert swaps.roll_back(client, pipeline) == (newer, older)
        assert deletion.prune_versions(client, pipeline, 2) == []
    for measured_against in (newer, older):
        with pytest.raises(promotion.NotPromotedError, match="changed meanwhile, and that stands"):
            promotion.promote_build(client, pipeline, index, measured_against)
    assert find_all_live(client, pipeline) == {older}


def test_no_build_takes_the_place_of_a_pinned_version_and_none_prunes_it(
    client: OpenSearch, pipeline: Any
) -> None:
    pinned = build_live(client, pipeline)
    pins.pin(client, pinned)
    index = build(client, pipeline, parent=pinned)
    with pytest.raises(promotion.NotPromotedError, match=f"{pinned} is pinned.*unpin {pinned}"):
        promotion.promote_build(client, pipeline, index, pinned)
    assert find_all_live(client, pipeline) == {pinned}
    swaps.promote(client, pipeline, index)
    for _ in range(3):
        build_live(client, pipeline)
    assert deletion.prune_versions(client, pipeline, 2) == [index, f"{pipeline}-v000003"]
    assert pins.list_pinned(client, pipeline) == [pinned]
    assert pins.unpin(client, pinned)
    assert not pins.unpin(client, pinned)
    assert deletion.prune_versions(client, pipeline, 2) == [pinned]


def test_a_pin_and_a_promotion_at_once_leave_the_pinned_version_live_or_replaced_before(
    client: OpenSearch, settings: Settings, pipeline: Any
) -> None:
    other = search.open_search(settings.opensearch)
    live = build_live(client, pipeline)
    index = build(client, pipeline, parent=live)
    refused = 0
    for _ in range(15):
        outcomes = at_once(
            lambda: promotion.promote_build(client, pipeline, index, live), lambda: pins.pin(other, live)
        )
        assert not isinstance(outcomes[1], Exception)
        assert find_all_live(client, pipeline) == ({index} if outcomes[0] is None else {live})
        assert outcomes[0] is None or isinstance(outcomes[0], promotion.NotPromotedError)
        refused += outcomes[0] is not None
        assert pins.unpin(client, live)
        assert not pins.unpin(client, live)
        swaps.promote(client, pipeline, live)
    assert refused
    pins.pin(client, live)
    with pytest.raises(pins.PinnedError):
        swaps.swap(client, pipeline, live, index, spare_pinned=True)
    # No mark is left on it, and none would let a later change through.
    assert f"unpinned-{live}" not in client.indices.get_alias(index=live)[live]["aliases"]


class AskedTwice:
    """A client of which every other change arrives twice, as if its first answer had been lost."""

    def __init__(self, real: Any) -> None:
        self._real, self._lost = real, False
        if hasattr(real, "indices"):
            self.indices = AskedTwice(real.indices)

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._real, name)
        return partial(self._ask, asked) if name in ("create", "update_aliases", "index") else asked

    def _ask(self, asked: Callable[..., Any], *given: Any, **named: Any) -> Any:
        answer = asked(*given, **named)
        self._lost = not self._lost
        return asked(*given, **named) if self._lost else answer


def test_changes_whose_answers_are_lost_are_told_as_what_they_are(client: OpenSearch, pipeline: Any) -> None:
    lossy: Any = AskedTwice(client)
    first, second = build_live(lossy, pipeline), build_live(lossy, pipeline)
    assert [first, second] == [f"{pipeline}-v000001", f"{pipeline}-v000002"]
    assert swaps.roll_back(lossy, pipeline) == (second, first)
    pins.pin(lossy, second)
    for _ in range(2):
        pins.unpin(lossy, second)
    assert pins.list_pinned(client, pipeline) == []
    for _ in range(2):
        deletion.delete_version(lossy, second)
    assert list_indices(client, pipeline) == [first]
    assert lease_record.read_record(client, pipeline)["holder"] is None


def test_refused_versions_never_push_out_the_one_to_go_back_to(client: OpenSearch, pipeline: Any) -> None:
    older, newer = build_live(client, pipeline), build_live(client, pipeline)
    refused = []
    for _ in range(4):
        refused.append(build(client, pipeline))
        catalog.update_meta(client, refused[-1], state="refused")
    assert deletion.prune_versions(client, pipeline, 2, dry_run=True) == refused[:2]
    assert deletion.prune_versions(client, pipeline, 2) == refused[:2]
    assert swaps.roll_back(client, pipeline) == (newer, older)


def test_of_two_changes_of_what_is_live_one_wins_and_the_other_is_told(
    client: OpenSearch, settings: Settings, pipeline: Any
) -> None:
    other = search.open_search(settings.opensearch)
    first, second = build_live(client, pipeline), build_live(client, pipeline)
    third = build(client, pipeline)
    told = 0
    for _ in range(15):
        outcomes = at_once(
            lambda: swaps.swap(client, pipeline, second, third),
            lambda: swaps.roll_back(other, pipeline, to=first),
        )
        live = find_all_live(client, pipeline)
        assert len(live) == 1, live
        losers = [outcome for outcome in outcomes if isinstance(outcome, ValueError)]
        assert all(isinstance(loser, aliases.LiveVersionMovedError) for loser in losers), losers
        told += len(losers)
        swaps.promote(client, pipeline, second)
    assert told


def test_where_nothing_is_live_yet_two_versions_can_not_both_become_it(
    client: OpenSearch, settings: Settings, pipeline: Any
) -> None:
    other = search.open_search(settings.opensearch)
    pair = [build(client, pipeline)]
    catalog.update_meta(client, pair[0], state="refused")
    pair.append(build(client, pipeline))
    for _ in range(10):
        at_once(
            lambda: swaps.swap(client, pipeline, None, pair[0]),
            lambda: swaps.swap(other, pipeline, None, pair[1]),
        )
        assert len(find_all_live(client, pipeline)) == 1
        held = client.indices.get_alias(index=f"{pipeline}-v*")
        for index, body in held.items():
            for alias in body["aliases"]:
                client.indices.delete_alias(index=index, name=alias)


def test_a_version_is_not_deleted_while_it_becomes_live(
    client: OpenSearch, settings: Settings, pipeline: Any
) -> None:
    other = search.open_search(settings.opensearch)
    live = build_live(client, pipeline)
    with pytest.raises(ValueError, match="is live, so it is not deleted"):
        deletion.delete_version(client, live)
    for _ in range(10):
        doomed = build(client, pipeline)
        catalog.update_meta(client, doomed, state="retired")
        deleted, swapped = at_once(
            lambda doomed=doomed: deletion.delete_version(client, doomed),
            lambda doomed=doomed: swaps.swap(other, pipeline, live, doomed),
        )
        assert find_all_live(client, pipeline) == ({live} if deleted is None else {doomed})
        assert (deleted is None) == isinstance(swapped, ValueError), (deleted, swapped)
        assert client.indices.exists(index=doomed) == (deleted is not None)
        swaps.promote(client, pipeline, live)
