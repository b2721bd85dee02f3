"""The service's image, run as in production. `make test-image` does so with an engine of its own."""

import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import suppress

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


def test_no_layer_holds_what_the_build_was_told(engine: Engine) -> None:
    history = run_docker(engine, "history", "--no-trunc", "--format", "{{.CreatedBy}}", name_image("service"))
    assert "index-url" not in history
    names = set(_list_layers(engine, name_image("service")))
    assert "app/serving/app.py" in names
    assert not {name for name in names if name.endswith(("/pip.conf", "/ca.crt")) or "run/secrets" in name}


def _list_layers(engine: Engine, image: str) -> Iterator[str]:
    """Give the path of each file of each layer, also of those that a later layer hides."""
    with (
        subprocess.Popen([engine.client, "save", image], stdout=subprocess.PIPE) as saving,
        tarfile.open(fileobj=saving.stdout, mode="r|") as parts,
    ):
        for part in filter(tarfile.TarInfo.isfile, parts):
            file = parts.extractfile(part)
            # Beside the layers there are descriptions, as JSON.
            with suppress(tarfile.ReadError), tarfile.open(fileobj=file, mode="r|*") as layer:
                yield from layer.getnames()
