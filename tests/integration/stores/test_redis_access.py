"""A Redis that wants TLS and a login: what reads and writes it has both, and nobody else gets in."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from local.free_port import find_free_port
from processors.settings import Settings, change_settings
from processors.stores.answers_cache import evict_versions, measure_room, store_hits
from serving.access.limits import admit
from serving.clients.lifespan import open_clients
from serving.context.caller import Caller
from tests.support.certificates import make_certificate
from tests.support.waiting import wait_for

PASSWORD = "a-password-of-a-test"
# As docs/how-to/let-people-in.md has it: what the platform calls, and nothing that empties or stops Redis.
RIGHTS = "~* +@read +@write +@connection +@scripting +@transaction -@dangerous +info +time"


@dataclass(frozen=True)
class Server:
    """A Redis that takes nobody without TLS and a login."""

    port: int
    certificate: Path

    def address(self, login: str = f"runlore:{PASSWORD}@", scheme: str = "rediss") -> str:
        told = f"?ssl_ca_certs={self.certificate}" if scheme == "rediss" else ""
        return f"{scheme}://{login}127.0.0.1:{self.port}/0{told}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("redis")
    certificate = make_certificate(folder, "redis")
    (folder / "users.acl").write_text(f"user default off\nuser runlore on >{PASSWORD} {RIGHTS}\n")
    port = find_free_port()
    command = [
        "redis-server", "--bind", "127.0.0.1", "--port", "0", "--tls-port", str(port), "--save", "",
        "--tls-cert-file", str(certificate), "--tls-key-file", str(folder / "key.pem"),
        "--tls-ca-cert-file", str(certificate), "--tls-auth-clients", "no",
        "--aclfile", str(folder / "users.acl"), "--dir", str(folder), "--maxmemory", "64mb",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    server = Server(port, certificate)
    try:
        wait_for(lambda: is_up(server))
        yield server
    finally:
        process.terminate()
        process.wait(20)


def is_up(server: Server) -> bool:
    try:
        with redis.Redis.from_url(server.address()) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_the_pipelines_write_and_evict(server: Server) -> None:
    stored = store_hits(
        server.address(), "cag-v000001", ["public"], [("q", [], [0.5] * 4)], ttl_seconds=60, code_commit="a"
    )
    assert stored
    assert measure_room(server.address()) == 32 << 20
    assert evict_versions(server.address(), ["cag-v000001"]) == 0
    assert evict_versions(server.address(), []) == 2


async def test_the_service_reads_writes_and_counts(server: Server, settings: Settings) -> None:
    limited = change_settings(settings, redis={"url": server.address()}, limits={"requests_per_minute": 10})
    async with open_clients(limited) as clients:
        await clients.cache.set("one", "1", ex=60)
        assert await clients.cache.get("one") == b"1"
        # Without Redis everybody is let in, and is told of no limit.
        assert await admit(clients, limited, Caller("key:test", ("public",)))


@pytest.mark.parametrize("login", ["", "runlore:wrong@", f"somebody:{PASSWORD}@"])
def test_nobody_gets_in_without_the_login(server: Server, login: str) -> None:
    with redis.Redis.from_url(server.address(login)) as client, pytest.raises(redis.AuthenticationError):
        client.get("one")


def test_nobody_gets_in_without_tls(server: Server) -> None:
    with redis.Redis.from_url(server.address(scheme="redis")) as client, pytest.raises(redis.ConnectionError):
        client.get("one")


def test_a_server_that_nobody_vouches_for_gets_no_password(server: Server) -> None:
    address = server.address().partition("?")[0]
    with redis.Redis.from_url(address) as client, pytest.raises(redis.ConnectionError) as refused:
        client.get("one")
    assert "CERTIFICATE_VERIFY_FAILED" in str(refused.value)
    assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize("command", [("FLUSHALL",), ("CONFIG", "GET", "*"), ("SHUTDOWN",), ("KEYS", "*")])
def test_the_platform_may_not_do_what_it_does_not_need(server: Server, command: tuple[str, ...]) -> None:
    with redis.Redis.from_url(server.address()) as client, pytest.raises(redis.exceptions.NoPermissionError):
        client.execute_command(*command)
