"""The running model server, named by KSERVE_URL (`make addresses`) or RUNLORE_KSERVE_URL."""

import os
from collections.abc import Iterator

import httpx
import pytest
from openai import OpenAI


@pytest.fixture(scope="session")
def kserve_url() -> str:
    url = os.environ.get("KSERVE_URL") or os.environ.get("RUNLORE_KSERVE_URL")
    if not url:
        pytest.skip("KSERVE_URL is not set: no running model server to test")
    return url.rstrip("/")


@pytest.fixture(scope="session")
def kserve(kserve_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=kserve_url, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def models(kserve_url: str) -> OpenAI:
    return OpenAI(base_url=f"{kserve_url}/openai/v1", api_key="none", max_retries=0, timeout=60)
