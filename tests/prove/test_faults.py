"""Each part is refused, hung, slowed to 10 s, turned to rubbish and killed while it talks; 16 clients ask on.

The service is a process of its own, and the parts are the real ones behind proxies. In each fault every
request ends in time, with one answer or one error; afterwards no connection is left over, and within seconds
all is as before, without a restart. As here, with every third pair of a part and a fault for a moment, it is
a part of every test run; `make prove` has them all, and for longer.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psutil
import pytest

from processors.settings import Settings
from tests.support.asking import KNOWN, MODELS, Seen, ask, keep_asking
from tests.support.fault_proxy import FAULTS, FaultProxy
from tests.support.replicas import running
from tests.support.waiting import wait_for

FAULT_S = float(os.environ.get("PROVE_FAULT_SECONDS", "2"))
CLIENTS = 16
# What the service is told, and what follows for each request; the rest is the machine's, which is busy.
LIMITS = {
    "RUNLORE_SEARCH_TIMEOUT_SECONDS": "2",
    "RUNLORE_EMBEDDING_TIMEOUT_SECONDS": "1.5",
    "RUNLORE_MODEL_FIRST_SECONDS": "1.5",
    "RUNLORE_MODEL_GAP_SECONDS": "2",
    "RUNLORE_REQUEST_SECONDS": "12",
    "RUNLORE_BREAKER_REST_SECONDS": "1",
}
LONGEST_S = 12 + 2
RECOVERED_S = 15
# The parts, and how an answer names one that it was made without.
PARTS = {"opensearch": "search", "redis": "cache", "embedder": "embedding", "model": "model", "kafka": "cut"}
MET = [
    (part, fault)
    for row, part in enumerate(PARTS)
    for column, fault in enumerate(FAULTS)
    if "PROVE_FAULT_SECONDS" in os.environ or (row + column) % 3 == 0
]
"""Each part with each fault; in the short form every third one, so that each part and each fault is met."""

# Here a question may remain unanswered, but is told so: nobody searches, or half an answer was written.
ANSWERLESS = {*(("opensearch", fault) for fault in FAULTS), ("model", "die")}


@dataclass
class Service:
    """The process under test, and the proxies before its parts."""

    process: psutil.Process
    url: str
    key: str
    proxies: dict[str, FaultProxy]

    def count_connections(self) -> Counter[str]:
        """Return how many connections to each part are open."""
        parts = {proxy.port: part for part, proxy in self.proxies.items()}
        found = self.process.net_connections("tcp")
        return Counter(parts[one.raddr.port] for one in found if one.raddr and one.raddr.port in parts)

    @contextmanager
    def asked(self) -> Iterator[Seen]:
        """Have all clients ask meanwhile."""
        seen, done = Seen(), threading.Event()
        with ThreadPoolExecutor(CLIENTS) as pool:
            asking = [
                pool.submit(keep_asking, self.url, self.key, number, seen, done) for number in range(CLIENTS)
            ]
            try:
                yield seen
            finally:
                done.set()
        for one in asking:
            one.result()

    def open_client(self) -> httpx.Client:
        """Return a client whose questions are not written down."""
        headers = {"Authorization": f"Bearer {self.key}", "X-Runlore-Record": "off"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def warm_up(self) -> None:
        """Have every question answered once, so that the models know the sources."""
        with self.open_client() as client:
            for question in KNOWN:
                for model in MODELS:
                    ask(client, question, model, stream=False)

    def wait_until_back(self, missing: str) -> float:
        """Return how long it takes until a question that is new is answered without missing a part."""
        began = time.monotonic()
        with self.open_client() as client:
            while True:
                question = f"What do I do when a Kafka broker is down? It is {time.time_ns()}."
                end, wrong = ask(client, question, "runlore-cag", stream=True)
                assert not wrong
                if not end.isdigit() and missing not in end:
                    return time.monotonic() - began
                assert time.monotonic() - began < RECOVERED_S, end
                time.sleep(0.1)


@pytest.fixture(scope="module")
def service(settings: Settings, live_versions: None) -> Iterator[Service]:  # noqa: ARG001
    urls = {
        "opensearch": settings.opensearch.url,
        "redis": settings.redis.url,
        "embedder": settings.kserve.url,
        "model": settings.kserve.url,
        "kafka": f"kafka://{settings.kafka.bootstrap}",
    }
    with ExitStack() as stack:
        proxies = {part: stack.enter_context(_stand_before(part, url)) for part, url in urls.items()}
        moved = {part: _move(url, proxies[part].port) for part, url in urls.items()}
        changed = {
            **LIMITS,
            "RUNLORE_OPENSEARCH_URL": moved["opensearch"],
            "RUNLORE_REDIS_URL": moved["redis"],
            "RUNLORE_KSERVE_URL": moved["embedder"],
            "RUNLORE_ANSWERING_URL": f"{moved['model']}/openai/v1",
            "RUNLORE_KAFKA_BOOTSTRAP": moved["kafka"].removeprefix("kafka://"),
            # Hundreds of warnings say what the test does.
            "RUNLORE_LOG_LEVEL": "ERROR",
            "RUNLORE_REQUESTS_PER_MINUTE": "0",
            "RUNLORE_PAGE_REQUESTS_PER_MINUTE": "0",
        }
        (replica,) = stack.enter_context(running(1, changed))
        yield Service(replica.process, replica.url, settings.access.read_api_key(), proxies)


@contextmanager
def _stand_before(part: str, url: str) -> Iterator[FaultProxy]:
    address = urlsplit(url)
    target = (str(address.hostname), address.port or 80)
    told = target[0].encode() + target[1].to_bytes(4, "big") if part == "kafka" else b""
    proxy = FaultProxy(target, told)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.close()


def _move(url: str, port: int) -> str:
    address = urlsplit(url)
    login, at, _ = address.netloc.rpartition("@")
    return urlunsplit(address._replace(netloc=f"{login}{at}127.0.0.1:{port}"))


@pytest.fixture(scope="module")
def before(service: Service) -> tuple[Counter[str], int]:
    """Return the most connections and files that are open while all is well."""
    service.warm_up()
    service.wait_until_back("cut")
    most: Counter[str] = Counter()
    files = 0
    with service.asked() as seen:
        deadline = time.monotonic() + max(FAULT_S, 5)
        while time.monotonic() < deadline:
            most |= service.count_connections()
            files = max(files, service.process.num_fds())
            time.sleep(0.2)
    assert not seen.wrong
    # A busy machine may be late with some.
    assert seen.ends["whole"]
    return most, files


@pytest.mark.parametrize(("part", "fault"), MET)
def test_a_fault_is_survived(
    service: Service,
    before: tuple[Counter[str], int],
    part: str,
    fault: Any,
    report: Callable[[str], None],
) -> None:
    with service.asked() as seen, service.proxies[part].broken(fault):
        time.sleep(FAULT_S)
        # Nobody waits for the fault to end; a full machine is late with the first.
        wait_for(seen.ends.total, LONGEST_S)
    recovered = service.wait_until_back(PARTS[part])
    report(f"{part} {fault}: {dict(seen.ends)}, {seen.slowest:.1f} s at most, back in {recovered:.1f} s")
    assert seen.wrong == []
    assert seen.slowest < LONGEST_S
    unanswered = sum(count for end, count in seen.ends.items() if end.isdigit())
    # On a busy machine another part may be late at the same time.
    assert (part, fault) in ANSWERLESS or unanswered < seen.ends.total() / 4
    most, files = before
    now = service.count_connections()
    assert all(now[name] <= max(most[name], CLIENTS) for name in PARTS), (now, most)
    assert service.process.num_fds() <= files + CLIENTS
