"""The order in which changes, positions and failures come, without a cluster. Objects are made by hand."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from processors.pipelines.collect import kubernetes as collector
from processors.pipelines.collect import kubernetes_changes as following
from processors.pipelines.collect.kubernetes_changes import Change
from processors.pipelines.collect.kubernetes_known import Known
from processors.settings import load_settings
from processors.stores import kafka
from processors.stores import kubernetes as store


def make_pod(name: str, version: int, uid: str = "") -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": name, "uid": uid or name, "resourceVersion": str(version)}}


class Server:
    """What an API server answers: a list, then changes; it has forgotten what came before `oldest`."""

    def __init__(self) -> None:
        self.pages: list[list[dict[str, Any]]] = [[]]
        self.version = 10
        self.changes: list[tuple[str, dict[str, Any]]] = []
        self.oldest = 0
        self.known: list[Known] = []
        self.refused: set[str] = set()

    def list_objects(self, _cluster: Any, resource: str) -> Iterator[tuple[list[dict[str, Any]], str]]:
        if resource in self.refused:
            raise store.RefusedError(f"{resource}: forbidden")
        yield from ((page, str(self.version)) for page in self.pages)

    def watch_objects(self, _cluster: Any, resource: str, since: str, _seconds: float) -> Iterator[Any]:
        if int(since) < self.oldest:
            raise store.PositionGoneError(resource)
        yield from (c for c in self.changes if int(c[1]["metadata"]["resourceVersion"]) > int(since))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(store, "list_objects", server.list_objects)
    monkeypatch.setattr(store, "watch_objects", server.watch_objects)
    monkeypatch.setattr(following, "list_known", lambda *_: server.known)
    return server


def make_follower(seconds: float = 0, retold: str = "") -> following.Follower:
    """Return a follower to whom everything was told just now, or at the time given."""
    told = dict.fromkeys(store.RESOURCES, retold or datetime.now(UTC).isoformat())
    cluster = store.Cluster(None, "prod", "c0")  # type: ignore[arg-type]
    return following.Follower(load_settings(), cluster, time.monotonic() + seconds, Event(), {}, told)


def follow(resource: str, since: str | None) -> list[Change]:
    return list(following.follow_resource(make_follower(), resource, since))


def test_a_list_moves_the_position_only_when_all_of_it_is_there(server: Server) -> None:
    server.pages = [[make_pod("a", 3)], [make_pod("b", 7)]]
    assert [(change.type, change.position) for change in follow("pods", None)] == [
        ("ADDED", None),
        ("ADDED", None),
        ("RETOLD", None),
        ("BOOKMARK", "10"),
    ]


def test_a_watch_goes_on_from_the_position(server: Server) -> None:
    server.changes = [
        ("ADDED", make_pod("a", 11)),
        ("DELETED", make_pod("a", 12)),
        ("BOOKMARK", make_pod("", 20)),
    ]
    changes = follow("pods", "11")
    assert [(change.type, change.position) for change in changes] == [("DELETED", "12"), ("BOOKMARK", "20")]
    assert changes[1].object is None


def list_changes(since: str | None) -> list[tuple[str, str | None]]:
    changes = follow("pods", since)
    return [(c.type, c.object["metadata"]["uid"] if c.object else c.position) for c in changes]


def test_what_the_server_forgot_is_found_by_comparing(server: Server) -> None:
    server.oldest, server.version = 9, 15
    server.pages = [[make_pod("same", 3), make_pod("changed", 8)]]
    server.known = [Known(make_pod(name, 2), "it ran.") for name in ("same", "changed", "gone")]
    assert list_changes("5") == [("MODIFIED", "changed"), ("DELETED", "gone"), ("BOOKMARK", "15")]
    assert [c.last_known for c in follow("pods", "5") if c.type == "DELETED"] == ["it ran."]


def test_what_is_gone_leaves_also_when_the_position_was_lost(server: Server) -> None:
    server.pages, server.known = [[make_pod("same", 3)]], [Known(make_pod("gone", 2), "")]
    assert list_changes(None)[:2] == [("ADDED", "same"), ("DELETED", "gone")]


def test_what_was_made_anew_under_its_name_is_another_object(server: Server) -> None:
    server.oldest = 9
    server.pages = [[make_pod("db-0", 10, "new")]]
    server.known = [Known(make_pod("db-0", 2, "old"), "")]
    assert list_changes("5") == [("MODIFIED", "new"), ("DELETED", "old"), ("BOOKMARK", "10")]


def test_a_kind_that_is_refused_is_not_taken_for_gone(server: Server) -> None:
    server.oldest, server.refused = 9, {"pods"}
    server.known = [Known(make_pod("living", 2), "")]
    with pytest.raises(store.RefusedError):
        follow("pods", "5")


def test_a_list_that_breaks_off_takes_nothing_for_gone(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: Any) -> Iterator[Any]:
        yield [make_pod("a", 3)], "10"
        raise ConnectionResetError

    monkeypatch.setattr(store, "list_objects", break_off)
    server.known = [Known(make_pod("b", 2), "")]
    changes: list[str] = []

    def take_all() -> None:
        changes.extend(c.type for c in following.follow_resource(make_follower(), "pods", None))

    with pytest.raises(ConnectionResetError):
        take_all()
    assert changes == ["ADDED"]


def test_an_event_that_has_reached_its_age_is_not_sent_as_deleted(server: Server) -> None:
    server.changes = [("DELETED", make_pod("event", 11))]
    assert [(c.object, c.position) for c in follow("events", "10")] == [(None, "11")]


def test_what_came_before_a_failure_is_sent_before_it_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def follow_resource(_follower: Any, resource: str, _since: str | None) -> Iterator[Change]:
        yield Change(resource, "ADDED", make_pod("a", 1), "1")
        if resource == "jobs":
            raise ConnectionResetError("the server went away")

    monkeypatch.setattr(collector, "follow_resource", follow_resource)
    got: list[Change] = []

    def take_all() -> None:
        for batch in collector._follow_all(make_follower(), {}):
            got.extend(batch)

    with pytest.raises(ConnectionResetError):
        take_all()
    assert {change.resource for change in got} == store.RESOURCES.keys()


Sent = list[tuple[list[Any], dict[str, Any]]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What a collector sends, with the positions; at first nothing was collected."""
    sent: Sent = []

    def send(_bootstrap: str, _name: str, _topic: str, messages: list[Any], position: dict[str, Any]) -> int:
        sent.append((list(messages), dict(position)))
        return len(sent[-1][0])

    monkeypatch.setattr(store, "open_cluster", lambda _: store.Cluster(None, "prod", "c0"))  # type: ignore[arg-type]
    monkeypatch.setattr(kafka, "read_collected", lambda *_: sent[-1][1] if sent else None)
    monkeypatch.setattr(kafka, "send_collected", send)
    return sent


def test_messages_and_positions_are_sent_together(server: Server, sent: Sent) -> None:
    server.pages = [[make_pod("a", 3)]]
    kinds = len(store.RESOURCES)
    assert collector.collect_kubernetes(load_settings(), 0) == {"sent": kinds, "deleted": 0, "refused": 0}
    key, _, headers = sent[0][0][0]
    assert key == "Pod//a/a"
    assert headers == {"source": "kubernetes", "type": "ADDED", "cluster": "prod", "cluster_uid": "c0"}
    position = sent[-1][1]
    assert position.pop("retold").keys() == set(store.RESOURCES)
    assert position == dict.fromkeys(store.RESOURCES, "10")


def test_refused_kinds_are_named_once_and_the_others_go_on(
    server: Server, sent: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    server.pages, server.refused = [[make_pod("a", 3)]], {"secrets", "ingresses"}
    kinds = len(store.RESOURCES) - 2
    assert collector.collect_kubernetes(load_settings(), 0) == {"sent": kinds, "deleted": 0, "refused": 2}
    assert "secrets: forbidden" in capsys.readouterr().out
    assert sent[-1][1]["refused"] == ["ingresses", "secrets"]
    assert collector.collect_kubernetes(load_settings(), 0) == {"sent": 0, "deleted": 0, "refused": 2}
    assert "forbidden" not in capsys.readouterr().out
    server.refused = {"ingresses"}
    assert collector.collect_kubernetes(load_settings(), 0)["sent"] == 1
    assert sent[-1][1]["refused"] == ["ingresses"]


@pytest.mark.usefixtures("sent")
def test_a_cluster_that_refuses_everything_is_an_error(server: Server) -> None:
    server.refused = set(store.RESOURCES)
    with pytest.raises(store.RefusedError):
        collector.collect_kubernetes(load_settings(), 0)


@pytest.mark.usefixtures("sent")
def test_an_object_that_was_missed_is_told_with_its_last_sentence(server: Server, sent: Sent) -> None:
    server.known = [Known(make_pod("gone", 2), "Pod gone was restarted 4 times.")]
    collector.collect_kubernetes(load_settings(), 0)
    headers = [headers for messages, _ in sent for _, _, headers in messages]
    assert all(one["last_known"] == "Pod gone was restarted 4 times." for one in headers)
    assert {one["type"] for one in headers} == {"DELETED"}


def make_stuck(name: str) -> dict[str, Any]:
    pod = make_pod(name, 3)
    return {**pod, "metadata": {**pod["metadata"], "deletionTimestamp": "2026-11-21T10:00:00Z"}}


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        (timedelta(minutes=10), []),
        (timedelta(minutes=70), ["stuck"]),
        (timedelta(days=1), ["stuck", "calm"]),
    ],
)
def test_what_time_alone_makes_wrong_is_told_again(
    server: Server, monkeypatch: pytest.MonkeyPatch, ago: timedelta, told: list[str]
) -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    choose = following.choose_resynced
    monkeypatch.setattr(following, "choose_resynced", lambda listed, _: choose(listed, noon))
    calm = {**make_pod("calm", 4), "status": {"phase": "Succeeded"}}
    server.pages = [[make_stuck("stuck"), calm]]
    follower = make_follower(retold=(noon - ago).isoformat())
    changes = list(following.follow_resource(follower, "pods", "10"))
    assert [c.object["metadata"]["name"] for c in changes if c.object] == told
    # What changed since the position comes from the watch still.
    assert [c.position for c in changes if c.position] == []
    assert ("RETOLD" in {c.type for c in changes}) == bool(told)


def test_events_are_told_once(server: Server) -> None:
    server.pages = [[make_pod("event", 4)]]
    assert list(following.follow_resource(make_follower(retold="2026-01-01T00:00:00Z"), "events", "10")) == []
