"""What is off for long is no trouble, unless somebody wants it."""

import pytest

from tests.support.cluster import (
    Object,
    diagnose,
    make_container,
    make_deployment,
    make_log,
    make_service,
    make_slice,
)

OFF = [make_deployment("legacy", desired=0), make_service("legacy"), make_slice("legacy")]
OTHER = make_log("payment", 'FATAL: password authentication failed for user "payment"')
COMPLAINT = make_log("payment", "upstream legacy answers nothing")


def make_caller() -> Object:
    return make_deployment("caller", make_container(env=[{"name": "LEGACY_ADDR", "value": "legacy:80"}]))


def list_first() -> list[str]:
    return [one.causes[0].object for one in diagnose(*OFF, logs=[OTHER])]


def test_what_nobody_wants_is_no_trouble_while_others_complain_of_something_else() -> None:
    assert "Deployment/legacy" not in list_first()


@pytest.mark.parametrize(("more", "logs"), [([make_caller()], [OTHER]), ([], [OTHER, COMPLAINT])])
def test_what_somebody_is_led_to_or_names_is_trouble(more: list[Object], logs: list[Object]) -> None:
    incidents = diagnose(*OFF, *more, logs=logs)
    assert "Deployment/legacy" in [one.causes[0].object for one in incidents]
