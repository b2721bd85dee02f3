"""What an API server answers, recorded: lists, watches, and what it refuses."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from processors.stores.kubernetes import (
    RESOURCES,
    Cluster,
    PositionGoneError,
    RefusedError,
    list_objects,
    open_cluster,
    watch_objects,
)
from tests.support.recorded import Replay, replay

WATCH = "allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=1&watch=true"
PATHS = {
    "secrets": "/api/v1/secrets",
    "statefulsets": "/apis/apps/v1/statefulsets",
    "horizontalpodautoscalers": "/apis/autoscaling/v2/horizontalpodautoscalers",
    "endpointslices": "/apis/discovery.k8s.io/v1/endpointslices",
    "storageclasses": "/apis/storage.k8s.io/v1/storageclasses",
}
Serve = Callable[[dict[str, Any]], tuple[Cluster, Replay]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serve recorded answers as a cluster."""
    opened = []

    def start(answers: dict[str, Any]) -> tuple[Cluster, Replay]:
        file = tmp_path / "answers.json"
        file.write_text(json.dumps(answers))
        opened.append(replay(file))
        played = opened[-1].__enter__()
        configuration = client.Configuration(host=played.url)
        return Cluster(client.ApiClient(configuration), "prod", "c0"), played

    yield start
    for one in opened:
        one.__exit__(None, None, None)


def test_a_cluster_is_opened_with_a_connection_for_each_kind(serve: Serve, tmp_path: Path) -> None:
    system = {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "kube-system", "uid": "c0"}}
    _, played = serve({"/api/v1/namespaces/kube-system": system})
    kubeconfig = {
        "clusters": [{"name": "prod", "cluster": {"server": played.url}}],
        "users": [{"name": "me", "user": {"token": "t"}}],
        "contexts": [{"name": "here", "context": {"cluster": "prod", "user": "me"}}],
        "current-context": "here",
    }
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(kubeconfig))
    cluster = open_cluster(str(file))
    assert (cluster.name, cluster.uid) == ("prod", "c0")
    assert cluster.api.configuration.connection_pool_maxsize > len(RESOURCES)
    assert played.logins == {"Bearer t"}


def make_list(*names: str, **meta: str) -> dict[str, Any]:
    items = [{"metadata": {"name": name, "uid": name, "resourceVersion": "3"}} for name in names]
    return {"kind": "AnyList", "metadata": {"resourceVersion": "9", **meta}, "items": items}


@pytest.mark.parametrize("resource", PATHS)
def test_a_kind_is_listed_page_by_page_with_what_its_items_leave_out(serve: Serve, resource: str) -> None:
    path = PATHS[resource]
    pages = {
        f"{path}?limit=500": make_list("a", **{"continue": "t"}),
        f"{path}?continue=t&limit=500": make_list("b"),
    }
    cluster, _ = serve(pages)
    listed = [(object_, version) for page, version in list_objects(cluster, resource) for object_ in page]
    assert [object_["metadata"]["name"] for object_, _ in listed] == ["a", "b"]
    assert {(object_["apiVersion"], object_["kind"]) for object_, _ in listed} == {RESOURCES[resource]}
    assert listed[0][1] == "9"


def test_every_kind_is_asked_for_at_its_own_path(serve: Serve) -> None:
    cluster, played = serve({})
    for resource in RESOURCES:
        with pytest.raises(RefusedError, match=resource):
            list(list_objects(cluster, resource))
    assert [asked.partition("?")[0].rpartition("/")[2] for asked in played.asked] == list(RESOURCES)


@pytest.mark.parametrize(("status", "error"), [(403, RefusedError), (404, RefusedError), (500, ApiException)])
def test_what_is_refused_is_told_from_what_is_broken(
    serve: Serve, status: int, error: type[Exception]
) -> None:
    cluster, played = serve({})
    played.troubles = [(status, {}), (status, {})]
    with pytest.raises(error):
        list(list_objects(cluster, "secrets"))
    with pytest.raises(error):
        list(watch_objects(cluster, "secrets", "5", 1))


def test_a_watch_gives_the_objects_as_they_are_until_the_server_has_forgotten(serve: Serve) -> None:
    pod = {"kind": "Pod", "metadata": {"name": "a", "resourceVersion": "6"}}
    gone = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}
    frames = [{"type": "MODIFIED", "object": pod}, {"type": "ERROR", "object": gone}]
    cluster, _ = serve({f"/api/v1/pods?{WATCH}": "".join(f"{json.dumps(frame)}\n" for frame in frames)})
    got: list[tuple[str, Any]] = []

    def take_all() -> None:
        got.extend(watch_objects(cluster, "pods", "5", 1))

    with pytest.raises(PositionGoneError):
        take_all()
    assert got == [("MODIFIED", pod)]
