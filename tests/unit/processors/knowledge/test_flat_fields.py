"""However a field is written it has one plain name, and no object makes the names grow without end."""

import time
from typing import Any

import pytest

from processors.knowledge.flat_fields import flatten_fields


@pytest.mark.parametrize(
    "body",
    [
        {"service": {"name": "shop"}},
        {"service.name": "shop"},
        {"service_name": "shop"},
        {"serviceName": "shop"},
        {"Service-Name": "shop"},
        {"_service": {"Name": "shop"}},
        {"service": {"name": ""}, "service.name": "shop"},
        {"service.name": None, "service_name": "shop"},
    ],
)
def test_every_writing_has_one_name(body: dict[str, Any]) -> None:
    assert flatten_fields(body)["servicename"] == "shop"


def test_the_first_of_two_that_hold_something_counts() -> None:
    assert flatten_fields({"service.name": "one", "service_name": "two"})["servicename"] == "one"


def test_deep_and_long_names_are_bounded() -> None:
    body: dict[str, Any] = {f"leaf{number}": number for number in range(20_000)}
    for _ in range(8):
        body = {"n" * 5_000: body}
    begin = time.process_time()
    assert max(map(len, flatten_fields(body))) <= 200
    assert time.process_time() - begin < 0.5
