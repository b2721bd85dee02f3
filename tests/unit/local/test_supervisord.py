"""A pipe that nobody reads keeps nobody busy."""

import os
from collections.abc import Iterator

import pytest

from local.supervisord import _Poller


@pytest.fixture
def unread() -> Iterator[int]:
    """The writing end of a pipe whose reader has closed it."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def test_an_error_at_a_pipe_is_reported_once_and_the_others_go_on(unread: int) -> None:
    reader, writer = os.pipe()
    poller = _Poller(options=None)
    for number in (unread, reader):
        poller.register_readable(number)
    assert poller.poll(timeout=5) == ([], [])
    assert poller.readables == {reader}
    os.write(writer, b"x")
    assert poller.poll(timeout=5) == ([reader], [])
    os.close(reader)
    os.close(writer)
