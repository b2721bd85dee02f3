"""The service itself, as one of its clients: asked ahead, so that it remembers its answers."""

import time
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from typing import Final

import httpx

_TIMEOUT_S: Final = 30


def ask_service(
    url: str, key_file: Path, model: str, questions: Iterable[str], patience_s: float = 120
) -> int:
    """Ask questions one after the other and return how many were answered; none of them is written down.

    Args:
        url: Address of the service.
        key_file: Holds a key of it.
        model: Who answers.
        questions: What is asked.
        patience_s: After so long no further question is asked: the next edit of a page waits for this run.

    Raises:
        httpx.HTTPError: The service can't be reached or fails.
        OSError: The key can't be read.
    """
    key = key_file.read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"}
    answered, until = 0, time.monotonic() + patience_s
    with httpx.Client(base_url=url, headers=headers, timeout=_TIMEOUT_S) as client:
        for question in takewhile(lambda _: time.monotonic() < until, questions):
            body = {"model": model, "messages": [{"role": "user", "content": question}]}
            client.post("/v1/chat/completions", json=body).raise_for_status()
            answered += 1
    return answered
