"""Where figures were measured: the machine, how busy it was, and the versions of all that took part."""

import os
import platform
import re
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import httpx
import psutil
import redis
from opensearchpy import OpenSearchException

from local.environments import ROOT
from processors.settings import Settings
from processors.stores.search import open_search

_PACKAGES: Final = ("apache-airflow", "litestar", "mlflow", "pyspark")


def describe_machine() -> dict[str, str]:
    """Return the processor's model, the number of cores, the memory and the system.

    Example:
        >>> sorted(describe_machine())
        ['cores', 'memory', 'processor', 'system']
    """
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    # What makes embedding two to three times as fast.
    halves = [name for name in ("amx_bf16", "avx512_bf16") if name in told]
    return {
        "processor": " ".join([model[1] if model else platform.processor() or "unknown", *halves]),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
    }


def list_versions(settings: Settings) -> dict[str, str]:
    """Return the versions of the code, of the stores that answer, and of the packages that matter."""
    pom = (ROOT / "local/pom.xml").read_text(encoding="utf-8")
    kafka = re.search(r"<kafka\.version>(.+?)<", pom)
    return {
        "commit": settings.versions.code_commit,
        "python": platform.python_version(),
        "opensearch": _ask(lambda: open_search(settings.opensearch).info()["version"]["number"]),
        "kafka": kafka[1] if kafka else "unknown",
        "redis": _ask(lambda: _ask_redis(settings)),
        "embedding model": _ask(lambda: _ask_model(settings)),
        **{name.removeprefix("apache-"): version(name) for name in _PACKAGES},
    }


def _ask_redis(settings: Settings) -> Any:
    with redis.Redis.from_url(settings.redis.url) as client:
        told: Any = client.info("server")
        return told["redis_version"]


def _ask_model(settings: Settings) -> Any:
    body = {"model": settings.embedding.model, "input": ["What is it?"]}
    answer = httpx.post(f"{settings.kserve.openai_url}/embeddings", json=body, timeout=30)
    return answer.raise_for_status().json()["model"]


def _ask(call: Callable[[], Any]) -> str:
    # A table is worth having of a stack that lacks a part, too.
    with suppress(OpenSearchException, redis.RedisError, httpx.HTTPError):
        return str(call())
    return "doesn't answer"
