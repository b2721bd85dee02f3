"""What the long proofs share."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from opensearchpy import OpenSearch

from processors.settings import Settings
from tests.support.swapping import make_pipeline, serve


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say how far a proof is, for it takes minutes."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"  {time.strftime('%H:%M:%S')} {text}", flush=True)  # noqa: T201

    return say


@pytest.fixture
def pipeline(client: OpenSearch, settings: Settings) -> Iterator[Any]:
    with make_pipeline(client, settings) as name:
        yield name


@pytest.fixture
def service(settings: Settings, pipeline: str) -> Iterator[httpx.Client]:
    with serve(settings, pipeline) as opened:
        yield opened
