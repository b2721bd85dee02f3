"""The DAG `collect` is held off, so that what a test collects is what the test finds."""

from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import hold_off


# Not for the session: other tests run `collect`, and a paused DAG's runs never end.
@pytest.fixture(scope="module")
def paused_collect(airflow: httpx.Client) -> Iterator[None]:
    """No run of `collect` but the tests' own calls."""
    with hold_off(airflow, "collect"):
        yield
