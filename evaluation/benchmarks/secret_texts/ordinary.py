"""Log lines without any secret, full of what looks like one: ids, hashes, digests, versions."""

import json
import string

from evaluation.benchmarks.secret_texts.drawing import ALNUM, BASE64, HEX, Draw, open_draw, pick


def draw_ordinary_lines(seed: int, count: int) -> list[str]:
    """Return log lines.

    Args:
        seed: The same seed gives the same lines.
        count: How many.
    """
    draw = open_draw(seed)
    return [_draw_line(draw) for _ in range(count)]


def _draw_line(draw: Draw) -> str:
    def hexes(length: int) -> str:
        return "".join(draw.choices(HEX, k=length))

    uuid = "-".join(hexes(length) for length in (8, 4, 4, 4, 12))
    pod = f"checkout-{hexes(9)}-{pick(draw, string.ascii_lowercase + string.digits, 5)}"
    message = draw.choice(
        (
            f"GET /api/v1/orders/{uuid} 200 in {draw.uniform(1, 900):.1f} ms",
            f"Pulled image registry.acme.io/shop/checkout@sha256:{hexes(64)} in {draw.random():.3f}s",
            f"Started container {hexes(64)} of pod shop/{pod}",
            f"checkout {hexes(40)} of branch main, version v{draw.randint(1, 9)}.{draw.randint(0, 40)}.0-rc.1+{hexes(7)}",  # noqa: E501
            f"org.apache.kafka.clients.consumer.internals.ConsumerCoordinator@{hexes(8)} rebalanced generation {draw.randint(1, 99)}",  # noqa: E501
            f"user {draw.randint(1, 9999)} authenticated, session started from 10.0.{draw.randint(0, 255)}.7",
            f"cache miss for key order:{uuid}:items, partition_key={uuid}",
            f'http_server_requests_seconds_count{{uri="/pay"}} {draw.randint(1, 10**6)} tokens=512 max_tokens={draw.randint(1, 4096)}',  # noqa: E501
            f"wrote /var/lib/data/{pick(draw, BASE64, 12)}/{pick(draw, ALNUM, 16)}.parquet, {draw.randint(1, 10**7)} bytes",  # noqa: E501
            f"chunk {hexes(32)} indexed into rag-v{draw.randint(1, 99):06d} at 2026-11-21T07:41:{draw.randint(10, 59)}.123456+00:00",  # noqa: E501
            f'resourceVersion={draw.randint(10**5, 10**7)} uid={uuid} secret "shop-tls" not found',
            f"retry {draw.randint(1, 9)} of 10 in {draw.randint(1, 60)}s: context deadline exceeded",
        )
    )
    body = {
        "@timestamp": f"2026-11-21T07:{draw.randint(10, 59)}:02.{draw.randint(100, 999)}Z",
        "log.level": draw.choice(("INFO", "WARN", "ERROR")),
        "message": message,
        "service": {"name": "checkout"},
        "trace.id": hexes(32),
    }
    return json.dumps(body)
