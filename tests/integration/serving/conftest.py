"""The running stack, named by RUNLORE_URL and RUNLORE_API_KEY_FILE (`make addresses`)."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from openai import OpenAI


@pytest.fixture(scope="session")
def service_url() -> str:
    if "RUNLORE_URL" not in os.environ or "RUNLORE_API_KEY_FILE" not in os.environ:
        pytest.skip("RUNLORE_URL and RUNLORE_API_KEY_FILE are not set: no running stack to test")
    return os.environ["RUNLORE_URL"]


@pytest.fixture(scope="session")
def api_key(service_url: str) -> str:
    assert service_url
    return Path(os.environ["RUNLORE_API_KEY_FILE"]).read_text().strip()


@pytest.fixture(scope="session")
def http(service_url: str, api_key: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {api_key}"}
    with httpx.Client(base_url=service_url, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def openai_client(service_url: str, api_key: str) -> OpenAI:
    return OpenAI(base_url=f"{service_url}/v1", api_key=api_key, max_retries=0, timeout=30)
