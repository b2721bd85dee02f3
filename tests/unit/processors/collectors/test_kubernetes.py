"""The order in which changes, positions and failures come, without a cluster. Objects are made by hand."""

import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from processors.collectors import kubernetes as collector
from processors.collectors.kubernetes import Change, prune_object
from processors.settings import load_settings
from processors.stores import kafka
from processors.stores import kubernetes as store


def make_pod(name: str, version: int) -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": name, "uid": name, "resourceVersion": str(version)}}


class Server:
    """What an API server answers: a list, then changes; it has forgotten what came before `oldest`."""

    def __init__(self) -> None:
        self.pages: list[list[dict[str, Any]]] = [[]]
        self.version = 10
        self.changes: list[tuple[str, dict[str, Any]]] = []
        self.oldest = 0

    def list_objects(self, _cluster: Any, _resource: str) -> Iterator[tuple[list[dict[str, Any]], str]]:
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
    return server


def make_follower(seconds: float = 0) -> collector._Follower:
    cluster = store.Cluster(None, "prod", "c0")  # type: ignore[arg-type]
    return collector._Follower(load_settings(), cluster, time.monotonic() + seconds, Event())


def follow(resource: str, since: str | None) -> list[Change]:
    return list(collector.follow_resource(make_follower(), resource, since))


def test_a_list_moves_the_position_only_when_all_of_it_is_there(server: Server) -> None:
    server.pages = [[make_pod("a", 3)], [make_pod("b", 7)]]
    assert [(change.type, change.position) for change in follow("pods", None)] == [
        ("ADDED", None),
        ("ADDED", None),
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


def test_what_the_server_forgot_is_found_by_comparing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.oldest, server.version = 9, 15
    server.pages = [[make_pod("same", 3), make_pod("changed", 8)]]
    known = {name: make_pod(name, 2) for name in ("same", "changed", "gone")}
    known_by_key = {f"Pod//{name}/{name}": pod for name, pod in known.items()}
    monkeypatch.setattr(collector, "_read_living", lambda *_: known_by_key)
    changes = [
        (c.type, c.object["metadata"]["name"] if c.object else c.position) for c in follow("pods", "5")
    ]
    assert changes == [("MODIFIED", "changed"), ("DELETED", "gone"), ("BOOKMARK", "15")]


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


def test_messages_and_positions_are_sent_together(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.pages = [[make_pod("a", 3)]]
    sent: list[tuple[list[Any], dict[str, Any]]] = []

    def send(_bootstrap: str, _name: str, _topic: str, messages: list[Any], position: dict[str, Any]) -> int:
        sent.append((list(messages), dict(position)))
        return len(sent[-1][0])

    monkeypatch.setattr(store, "open_cluster", lambda _: store.Cluster(None, "prod", "c0"))  # type: ignore[arg-type]
    monkeypatch.setattr(kafka, "read_collected", lambda *_: None)
    monkeypatch.setattr(kafka, "send_collected", send)
    assert collector.collect_kubernetes(load_settings(), 0) == {"sent": 5, "deleted": 0}
    key, _, headers = sent[0][0][0]
    assert key == "Pod//a/a"
    assert headers == {"source": "kubernetes", "type": "ADDED", "cluster": "prod", "cluster_uid": "c0"}
    assert sent[-1][1] == dict.fromkeys(store.RESOURCES, "10")


def test_no_object_carries_what_may_be_secret() -> None:
    container = {
        "name": "app",
        "command": ["sh"],
        "args": ["--password", "hunter2"],
        "env": [
            {"name": "A", "value": "hunter2"},
            {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s"}}},
        ],
        "livenessProbe": {"httpGet": {"httpHeaders": [{"name": "X-Key", "value": "hunter2"}]}},
    }
    meta = {
        "name": "x",
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "hunter2", "a": "b"},
    }
    pod = {
        "kind": "Pod",
        "metadata": meta,
        "spec": {"containers": [container], "initContainers": [container]},
    }
    deployment = {"kind": "Deployment", "metadata": meta, "spec": {"template": {"spec": pod["spec"]}}}
    for pruned in (prune_object(pod), prune_object(deployment)):
        assert "hunter2" not in str(pruned)
        assert "secretKeyRef" in str(pruned)
        assert pruned["metadata"]["annotations"] == {"a": "b"}
