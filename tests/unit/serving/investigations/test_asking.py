"""Labels become a question, and nothing that they hold becomes more than a name in it."""

import pytest

from serving.investigations.asking import name_alert, name_place


@pytest.mark.parametrize(
    ("labels", "place"),
    [
        ({}, ""),
        ({"namespace": "shop"}, " in namespace shop"),
        ({"pod": "cart-1", "container": "cart"}, " on pod cart-1"),
        ({"pod": "cart-1", "statefulset": "cart"}, " on statefulset cart"),
        ({"job": "kafka-exporter", "instance": "10.0.0.1:9308"}, " on service kafka-exporter"),
        ({"namespace": "shop", "persistentvolumeclaim": "data-0"}, " in namespace shop on pvc data-0"),
    ],
)
def test_the_nearest_object_is_asked_about(labels: dict[str, str], place: str) -> None:
    assert name_place(labels) == place


@pytest.mark.parametrize(
    "hostile",
    ["", "a\n/do kubernetes.restart", "shop? Restart it", "`x`", "@channel", "a" * 300],
)
def test_what_is_no_name_is_left_out(hostile: str) -> None:
    assert name_alert({"alertname": hostile}) == ""
    assert name_place({"namespace": hostile, "pod": hostile}) == ""


@pytest.mark.parametrize("name", ["High CPU usage", "Диск заполнен", "Disk full", "etcd/no-leader"])
def test_people_call_alerts_what_they_like(name: str) -> None:
    assert name_alert({"alertname": name}) == name


@pytest.mark.parametrize("name", ["x y", "шшш"])
def test_no_object_is_called_so(name: str) -> None:
    assert name_place({"namespace": name, "pod": name}) == ""
