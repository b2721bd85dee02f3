"""The values of the fields in templates of log messages, drawn by chance."""

import json
import random
from collections.abc import Callable
from typing import Final

_Draw = random.Random
_HEX: Final = "0123456789abcdef"
_LETTERS: Final = "bcdfghjklmnpqrstvwxz0123456789"
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_NOUNS: Final = (
    "orders", "payments", "billing", "inventory", "search", "catalog", "users", "sessions", "audit",
    "metrics", "checkout", "shipping", "returns", "pricing", "mail", "reports", "images", "events",
    "ledger", "profile",
)  # fmt: skip
_ROLES: Final = ("api", "worker", "store", "sync", "cache", "consumer", "export", "index")
_PEOPLE: Final = (
    "root", "admin", "alice", "bob", "carol", "deploy", "oracle", "postgres", "svc-etl", "test", "guest",
    "ivan", "maria", "jenkins", "backup", "ubuntu", "app_rw", "report-ro", "wei", "omar",
)  # fmt: skip
_PHRASES: Final = (
    "connection reset by peer", "i/o timeout", "no space left on device", "permission denied",
    "context deadline exceeded", "EOF", "broken pipe", "too many open files", "no route to host",
    "the server is currently unable to handle the request", "unexpected end of JSON input", "not found",
    "read: connection timed out", "dial: lookup failed", "certificate has expired", "out of memory",
)  # fmt: skip
_ERRORS: Final = (
    "java.io.IOException: Connection reset by peer", "java.net.SocketTimeoutException: Read timed out",
    "java.io.EOFException", "java.lang.IllegalStateException: already closed", "OSError: disk full",
    "java.lang.OutOfMemoryError: Java heap space", "KeyError: 'id'",
    "ModuleNotFoundError: No module named 'pandas'",
)  # fmt: skip
_QUERIES: Final = (
    "SELECT 1", "SELECT count(*) FROM orders WHERE created_at > now() - interval '1 day'", "COMMIT",
    "UPDATE stock SET amount = amount - 1 WHERE id = $1", "INSERT INTO audit (who, what) VALUES ($1, $2)",
    "SELECT id, name FROM users WHERE email = $1 LIMIT 1", "VACUUM ANALYZE ledger",
)  # fmt: skip


def _text(draw: _Draw, alphabet: str, length: int) -> str:
    return "".join(draw.choices(alphabet, k=length))


def _int(draw: _Draw) -> str:
    return str(draw.randrange(10 ** draw.randint(1, 6)))


def _float(draw: _Draw) -> str:
    return f"{draw.random() * 10 ** draw.randint(0, 4):.{draw.randint(1, 3)}f}"


def _name(draw: _Draw) -> str:
    return f"{draw.choice(_NOUNS)}{draw.choice('-_.')}{draw.choice(_ROLES)}"


def _host(draw: _Draw) -> str:
    return f"{draw.choice(_NOUNS)}-{draw.randint(0, 9)}{draw.choice(('', '.acme.io', '.svc.cluster.local'))}"


def _ip(draw: _Draw) -> str:
    return f"10.{draw.randint(0, 255)}.{draw.randint(0, 255)}.{draw.randint(1, 254)}"


def _path(draw: _Draw) -> str:
    parts = [draw.choice(_NOUNS), *(draw.choice((*_ROLES, _int(draw))) for _ in range(draw.randint(0, 3)))]
    return "/" + "/".join(parts) + draw.choice(("", "", ".json", ".log", ".tmp"))


def _uuid(draw: _Draw) -> str:
    return "-".join(_text(draw, _HEX, length) for length in (8, 4, 4, 4, 12))


def _json(draw: _Draw) -> str:
    names = draw.sample(("id", "remote", "count", "state", "took", "user"), draw.randint(1, 4))
    values: dict[str, object] = {
        "id": draw.randrange(10**6), "remote": f"{_ip(draw)}:{_port(draw)}",
        "count": draw.randrange(100), "state": draw.choice(("idle", "active")),
        "took": round(draw.random(), 3), "user": draw.choice(_PEOPLE),
    }  # fmt: skip
    return json.dumps({name: values[name] for name in names})


def _port(draw: _Draw) -> str:
    return str(draw.randint(1024, 65535))


def _pod(draw: _Draw) -> str:
    return f"{draw.choice(_NOUNS)}-{_text(draw, _HEX, 9)}-{_text(draw, _LETTERS, 5)}"


def _pod_list(draw: _Draw) -> str:
    return json.dumps([f"{draw.choice(_NOUNS)}/{_pod(draw)}" for _ in range(draw.randint(1, 2))])


def _list(draw: _Draw) -> str:
    return "[" + ", ".join(_name(draw) for _ in range(draw.randint(0, 3))) + "]"


def _time(draw: _Draw) -> str:
    day, hour, minute = draw.randint(1, 28), draw.randint(0, 23), draw.randint(0, 59)
    return f"2026-11-{day:02}T{hour:02}:{minute:02}:{draw.randint(0, 59):02}+00:00"


FIELDS: Final[dict[str, Callable[[_Draw], str]]] = {
    "block": lambda d: f"blk_{d.choice(('', '-'))}{d.randrange(10**17, 10**19)}",
    "dev": lambda d: d.choice(("sda", "sdb1", "eth0", "nvme0n1p2", f"veth{_text(d, _HEX, 7)}", "ens5")),
    "email": lambda d: f"{d.choice(_PEOPLE)}@{d.choice(_NOUNS)}.example",
    "exception": lambda d: d.choice(_ERRORS),
    "file": lambda d: f"{d.choice(_NOUNS).title()}.{d.choice(('scala', 'py', 'java'))}",
    "float": _float,
    "hex": lambda d: f"0x{_text(d, _HEX, d.randint(2, 16))}",
    "hexs": lambda d: _text(d, _HEX, d.choice((7, 8, 16, 32))),
    "host": _host,
    "id": lambda d: _text(d, _BASE64, 22),
    "image": lambda d: (
        f"registry.acme.io/{d.choice(_NOUNS)}/{d.choice(_ROLES)}:{d.randint(1, 9)}.{d.randint(0, 40)}.0"
    ),
    "int": _int,
    "ints": lambda d: ",".join(str(d.randint(1, 9)) for _ in range(d.randint(1, 3))),
    "ip": _ip,
    "json": _json,
    "list": _list,
    "method": lambda d: d.choice(("GET", "POST", "PUT", "DELETE")),
    "ms": lambda d: str(d.randint(1, 60_000)),
    "name": _name,
    "ns": lambda d: d.choice(_NOUNS),
    "path": _path,
    "pod": _pod,
    "podlist": _pod_list,
    "port": _port,
    "request": lambda d: f"{d.choice(('GET', 'POST', 'PUT'))} {_path(d)} HTTP/1.1",
    "size": lambda d: str(d.randrange(10 ** d.randint(3, 11))),
    "sql": lambda d: d.choice(_QUERIES),
    "time": _time,
    "url": lambda d: f"https://{_host(d)}{_path(d)}?page={d.randint(1, 99)}",
    "user": lambda d: d.choice(_PEOPLE),
    "uuid": _uuid,
    "version": lambda d: ".".join(str(d.randint(0, 9999)) for _ in range(4)),
    "words": lambda d: d.choice(_PHRASES),
}
"""How the value of each field is drawn."""
