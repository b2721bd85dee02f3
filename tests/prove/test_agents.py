"""Agents ask two replicas of the service through nginx, by another name and without stickiness.

`make prove` makes 1,000 calls and goes on for ten minutes; here are some.
"""

import asyncio
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from string import Template
from typing import Any, Final

import httpx
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from local.free_port import find_free_port
from processors.settings import Settings
from tests.support.replicas import Replica, is_there, running
from tests.support.waiting import wait_for

CALLS: Final = int(os.environ.get("PROVE_CALLS", "60"))
SECONDS: Final = float(os.environ.get("PROVE_AGENT_SECONDS", "5"))
AT_ONCE: Final = 4
GROWN_MIB: Final = 60
NAME: Final = "knowledge.example"
QUESTION: Final = "The OpenSearch cluster is red. What do I do?"
CONFIG: Final = Template("""\
daemon off;
pid $folder/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path $folder/body; proxy_temp_path $folder/proxy; fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi; scgi_temp_path $folder/scgi;
  upstream runlore { $servers }
  server {
    listen 127.0.0.1:$port;
    location / { proxy_pass http://runlore; proxy_set_header Host $$http_host; proxy_buffering off; }
  }
}
""")


@pytest.fixture(scope="module")
def port() -> int:
    return find_free_port()


@pytest.fixture(scope="module")
def replicas(port: int) -> Iterator[list[Replica]]:
    changed = {"RUNLORE_MCP_HOSTS": f'["{NAME}:{port}"]', "RUNLORE_PAGE_REQUESTS_PER_MINUTE": "0"}
    with running(2, changed) as ran:
        yield ran


@pytest.fixture(scope="module")
def proxy(replicas: list[Replica], port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run nginx in front of both, and give where it is."""
    folder = tmp_path_factory.mktemp("nginx")
    servers = " ".join(f"server {replica.url.removeprefix('http://')};" for replica in replicas)
    file = folder / "nginx.conf"
    file.write_text(CONFIG.substitute(folder=folder, servers=servers, port=port))
    process = subprocess.Popen([_find_nginx(), "-c", str(file), "-e", "stderr"])
    try:
        wait_for(lambda: is_there(f"http://127.0.0.1:{port}/health/live"), 30)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _find_nginx() -> str:
    return next(path for path in ("/usr/sbin/nginx", "nginx") if path == "nginx" or Path(path).exists())


def connect(url: str, key: str, host: str) -> AbstractAsyncContextManager[Client]:
    @asynccontextmanager
    async def connected() -> Any:
        headers = {"Authorization": f"Bearer {key}", "Host": host}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
        ):
            yield client

    return connected()


def count_requests(replica: Replica) -> float:
    told = httpx.get(f"{replica.url}/metrics", timeout=10).text.splitlines()
    counts = [line for line in told if line.startswith("runlore_request_seconds_count") and '"/mcp"' in line]
    return sum(float(line.rpartition(" ")[2]) for line in counts)


def measure(replica: Replica) -> float:
    """Memory of its own, in MiB."""
    memory = replica.process.memory_info()
    return float(memory.rss - memory.shared) / 2**20


async def test_a_whole_shift_of_an_agent(proxy: str, port: int, settings: Settings) -> None:
    async with connect(proxy, settings.access.read_api_key(), f"{NAME}:{port}") as client:
        answer: Any = (await client.call_tool("ask", {"question": QUESTION})).structured_content
        assert "[1]" in answer["text"]
        assert all(source["url"] for source in answer["sources"])
        found: Any = (await client.call_tool("search", {"query": QUESTION})).structured_content
        read: Any = await client.read_resource(found["passages"][0]["resource"])
        assert len(read.contents[0].text) > 100
        page: Any = (await client.call_tool("runbook", {"name": "OpenSearchRed"})).structured_content
        assert page["title"] == "OpenSearch cluster is red"
        assert "_cluster/health" in page["steps"]["text"]
        wrong: Any = (await client.call_tool("incidents", {})).structured_content
        assert wrong["incidents"] == [] or wrong["incidents"][0]["title"]


def test_by_a_name_that_is_not_allowed_nobody_gets_in(proxy: str, port: int, settings: Settings) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {
        "Authorization": f"Bearer {settings.access.read_api_key()}",
        "Accept": "application/json, text/event-stream",
    }
    for host, status in ((f"{NAME}:{port}", 200), (f"evil.example:{port}", 421)):
        answer = httpx.post(f"{proxy}/mcp", json=body, headers={**headers, "Host": host}, timeout=30)
        assert answer.status_code == status, host


async def test_many_calls_are_answered_by_both_and_nothing_grows(
    proxy: str, port: int, settings: Settings, replicas: list[Replica], report: Callable[[str], None]
) -> None:
    outcomes: Counter[str] = Counter()
    took: list[float] = []
    before_requests = [count_requests(replica) for replica in replicas]
    ends = time.monotonic() + SECONDS

    async def work(number: int) -> None:
        async with connect(proxy, settings.access.read_api_key(), f"{NAME}:{port}") as client:
            done = 0
            while done < CALLS // AT_ONCE or time.monotonic() < ends:
                began = time.monotonic()
                tool, given = (("ask", "question"), ("search", "query"))[(number + done) % 2]
                result: Any = await client.call_tool(tool, {given: QUESTION})
                told = result.structured_content
                cited = (told.get("sources") or told.get("passages")) if told else None
                outcomes["cited" if cited else "not cited"] += 1
                took.append(time.monotonic() - began)
                done += 1

    await work(0)
    before = [measure(replica) for replica in replicas]
    await asyncio.gather(*map(work, range(AT_ONCE)))
    after = [measure(replica) for replica in replicas]
    served = [count_requests(replica) - was for replica, was in zip(replicas, before_requests, strict=True)]
    grown = [round(now - was, 1) for now, was in zip(after, before, strict=True)]
    took.sort()
    report(
        f"{len(took)} calls, p50 {took[len(took) // 2]:.3f} s, p95 {took[len(took) * 19 // 20]:.3f} s, "
        f"by replica {served}, MiB added {grown}"
    )
    assert set(outcomes) == {"cited"}
    assert min(served) > 0.3 * sum(served)
    assert max(grown) < GROWN_MIB
