"""A pod and its log lines get the same service, in whatever writing the labels come."""

import pytest

from processors.knowledge.services import find_app


@pytest.mark.parametrize(
    ("labels", "app"),
    [
        ({"app.kubernetes.io/name": "shop", "app": "server"}, "shop"),
        ({"app_kubernetes_io/name": "shop", "app": "server"}, "shop"),
        ({"app_kubernetes_io_name": "shop", "app": "server"}, "shop"),
        ({"app": {"kubernetes": {"io/name": "shop"}}}, "shop"),
        ({"k8s-app": "dns", "app": "server", "app.kubernetes.io/name": "shop"}, "shop"),
        ({"app.kubernetes.io/instance": "release", "app": "server"}, "server"),
        ({"app.kubernetes.io/instance": "release"}, "release"),
        ({"k8s-app": "dns"}, "dns"),
        ({"app": "server"}, "server"),
        ({"app.kubernetes.io/name": "", "app": "server"}, "server"),
        ({"app": 7}, ""),
        ({"tier": "web"}, ""),
        ("app=shop", ""),
        (None, ""),
    ],
)
def test_the_name_of_an_application_is_found_in_every_writing(labels: object, app: str) -> None:
    assert find_app(labels) == app


def test_labels_that_are_nested_without_end_are_left_alone() -> None:
    labels: dict[str, object] = {"app": "shop"}
    for _ in range(5_000):
        labels = {"a": labels}
    assert find_app(labels) == ""
