"""What the long proofs share."""

import time
from collections.abc import Callable

import pytest


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say how far a proof is, for it takes minutes."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"  {time.strftime('%H:%M:%S')} {text}", flush=True)  # noqa: T201

    return say
