"""The service's image, run as in production. `make test-image` does so with an engine of its own."""

import pytest

from local.containers.build import name_image
from local.containers.check import check_service, list_faults
from local.containers.engine import Engine, explain_silence, find_client, run_docker


@pytest.fixture
def engine() -> Engine:
    """An engine that is there and has the image; none is started or filled for this test."""
    client = find_client()
    if not client:
        pytest.skip("there is no `docker` that can build")
    engine = Engine(client, {}, is_own=False)
    if reason := explain_silence(engine):
        pytest.skip(f"no Docker engine answers: {reason}")
    if not run_docker(engine, "images", "-q", name_image("service")):
        pytest.skip(f"{name_image('service')} is not there: `make images` builds it")
    return engine


def test_the_service_runs_without_rights_and_stops_when_told(engine: Engine) -> None:
    assert list_faults(check_service(engine, name_image("service"))) == []


def test_the_image_says_what_it_is(engine: Engine) -> None:
    image = name_image("service")
    wanted = '{{.Config.User}} {{index .Config.Labels "org.opencontainers.image.version"}}'
    said = run_docker(engine, "image", "inspect", "--format", wanted, image)
    assert said == f"10001:10001 {image.partition(':')[2]}"


def test_no_layer_tells_of_the_index(engine: Engine) -> None:
    history = run_docker(engine, "history", "--no-trunc", "--format", "{{.CreatedBy}}", name_image("service"))
    assert "index-url" not in history
    assert "pip.conf" not in history
