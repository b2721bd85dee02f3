"""Health probes: each says in a second or two whether one service can be used."""

import socket
import ssl
import subprocess
from collections.abc import Callable
from datetime import datetime
from functools import cache

import httpx
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from local.data import find_postgres
from local.settings import StackSettings

HOST = "127.0.0.1"
TIMEOUT = 2.0
Probe = Callable[[StackSettings, int], bool]


@cache
def _http() -> httpx.Client:
    """One client for all probes: making one reads the certificates, a hundred times the cost of a probe."""
    return httpx.Client(timeout=TIMEOUT)


def accepts(port: str) -> Probe:
    """Make a probe that is content when a TCP connection to the named port opens."""

    def probe(settings: StackSettings, _started: int) -> bool:
        try:
            with socket.create_connection((HOST, settings.ports[port]), TIMEOUT):
                return True
        except OSError:
            return False

    return probe


def get(port: str, path: str) -> Probe:
    """Make a probe that is content with a 2xx answer to GET."""

    def probe(settings: StackSettings, _started: int) -> bool:
        try:
            return _http().get(f"http://{HOST}:{settings.ports[port]}{path}").is_success
        except httpx.TransportError:
            return False

    return probe


def postgres_answers(settings: StackSettings, _started: int) -> bool:
    """Say whether PostgreSQL takes connections; while it recovers it accepts them only to refuse."""
    pg_isready = find_postgres(settings.home / "postgres/data") / "pg_isready"
    command = [str(pg_isready), "-q", "-h", HOST, "-p", str(settings.ports["postgres"])]
    return subprocess.run(command, check=False).returncode == 0


def redis_answers(settings: StackSettings, _started: int) -> bool:
    """Say whether Redis answers PING."""
    try:
        with socket.create_connection((HOST, settings.ports["redis"]), TIMEOUT) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def kafka_answers(settings: StackSettings, _started: int) -> bool:
    """Say whether the broker gives its metadata."""
    if not accepts("kafka")(settings, 0):
        return False
    client = AdminClient(
        {"bootstrap.servers": f"{HOST}:{settings.ports['kafka']}", "log_level": 0}, logger=None
    )
    try:
        return bool(client.list_topics(timeout=TIMEOUT).brokers)
    except KafkaException:
        return False


def opensearch_answers(settings: StackSettings, _started: int) -> bool:
    """Say whether the node has joined its cluster and its primaries are there (yellow is fine)."""
    url = f"http://{HOST}:{settings.ports['opensearch']}/_cluster/health"
    try:
        answer = _http().get(url)
        return answer.is_success and answer.json()["status"] != "red"
    except httpx.TransportError:
        return False


def kubernetes_answers(settings: StackSettings, _started: int) -> bool:
    """Say whether the API server is ready: it answers earlier, but then knows no roles yet."""
    certificate = settings.home / "kubernetes/tls/apiserver.crt"
    url = f"https://{HOST}:{settings.ports['kube-apiserver']}/readyz"
    try:
        context = ssl.create_default_context(cafile=certificate)
        return httpx.get(url, verify=context, timeout=TIMEOUT).is_success
    except (httpx.TransportError, OSError):  # it makes its certificate at its first start
        return False


def airflow_beats(component: str) -> Probe:
    """Make a probe that wants a heartbeat since the start: the old one looks healthy for a while.

    Args:
        component: `scheduler`, `triggerer` or `dag_processor`.
    """

    def probe(settings: StackSettings, started: int) -> bool:
        url = f"http://{HOST}:{settings.ports['airflow']}/api/v2/monitor/health"
        try:
            state = _http().get(url).json()[component]
        except (httpx.TransportError, ValueError, KeyError):
            return False
        beat = state[f"latest_{component}_heartbeat"]
        healthy = bool(state["status"] == "healthy")
        return healthy and datetime.fromisoformat(beat).timestamp() >= started

    return probe
