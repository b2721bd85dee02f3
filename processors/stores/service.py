"""The service itself, as one of its clients: asked ahead, so that it remembers its answers."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import httpx

_TIMEOUT_S: Final = 30


def ask_service(url: str, key_file: Path, model: str, questions: Iterable[str]) -> int:
    """Ask questions one after the other and return how many were answered; none of them is written down.

    Raises:
        httpx.HTTPError: The service can't be reached or fails.
        OSError: The key can't be read.
    """
    key = key_file.read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"}
    answered = 0
    with httpx.Client(base_url=url, headers=headers, timeout=_TIMEOUT_S) as client:
        for question in questions:
            body = {"model": model, "messages": [{"role": "user", "content": question}]}
            client.post("/v1/chat/completions", json=body).raise_for_status()
            answered += 1
    return answered
