"""Secrets in the formats of twenty kinds and texts that hide them, made by chance and the same for a seed.

Prefixes are put together and bodies drawn at run time, so that no scanner takes this file for a leak.
"""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from typing import Final, TypedDict

_Draw = random.Random
_ALNUM: Final = string.ascii_letters + string.digits
_HEX: Final = "0123456789abcdef"
_BASE64: Final = _ALNUM + "+/"
_URL64: Final = _ALNUM + "-_"
# Without what ends a word in a shell, a URL or a list.
_TYPED: Final = _ALNUM + "!#%^*+~_-."


class Planted(TypedDict):
    """A secret, the text that hides it, and where such a text comes from."""

    kind: str
    secret: str
    carrier: str
    text: str


def _pick(draw: _Draw, alphabet: str, length: int) -> str:
    """Draw a word with at least one small letter, capital and digit where the alphabet has them."""
    while True:
        word = "".join(draw.choices(alphabet, k=length))
        kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
        if length < len(kinds) or all(set(word) & set(kind) for kind in kinds if set(alphabet) & set(kind)):
            return word


def _password(draw: _Draw) -> str:
    return _pick(draw, _ALNUM, 1) + _pick(draw, _TYPED, draw.randint(7, 18)) + _pick(draw, _ALNUM, 3)


def _private_key(draw: _Draw) -> str:
    kind = draw.choice(("RSA ", "EC ", "OPENSSH ", ""))
    lines = [_pick(draw, _BASE64, 64) for _ in range(draw.randint(3, 12))] + [_pick(draw, _BASE64, 30) + "=="]
    frame = "-" * 5
    return "\n".join(
        (f"{frame}BEGIN {kind}PRIVATE KEY{frame}", *lines, f"{frame}END {kind}PRIVATE KEY{frame}")
    )


def _jwt(draw: _Draw) -> str:
    def part(body: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")

    head = part({"alg": "RS256", "kid": _pick(draw, _URL64, 20)})
    claims = {"iss": "kubernetes/serviceaccount", "sub": f"system:serviceaccount:shop:{_pick(draw, _HEX, 8)}"}
    return f"{head}.{part(claims)}.{_pick(draw, _URL64, 86)}"


def _email(draw: _Draw) -> str:
    name = f"{draw.choice(('anna', 'ivan', 'li', 'omar'))}.{_pick(draw, string.ascii_lowercase, 7)}"
    return f"{name}{draw.randint(10, 99)}@{draw.choice(('acme', 'globex', 'initech'))}-corp.{draw.choice(('io', 'com', 'de'))}"  # noqa: E501


def _package_token(draw: _Draw) -> str:
    return draw.choice(
        ("npm" + "_" + _pick(draw, _ALNUM, 36), "pypi-" + "AgEIcHlwaS5vcmc" + _pick(draw, _URL64, 90))
    )


def _bot_token(draw: _Draw) -> str:
    return draw.choice(
        (
            f"{draw.randint(10**8, 10**10 - 1)}:AA{_pick(draw, _URL64, 32)}{_pick(draw, _ALNUM, 1)}",
            f"M{_pick(draw, _ALNUM, 23)}.{_pick(draw, _ALNUM, 6)}.{_pick(draw, _ALNUM, 27)}",
        )
    )


def _hub_token(draw: _Draw) -> str:
    openai = _pick(draw, _ALNUM, 20) + "T3Blbk" + "FJ" + _pick(draw, _ALNUM, 20)
    return draw.choice(
        (
            "s" + "k-" + openai,
            "h" + "f_" + _pick(draw, _ALNUM, 34),
            "dckr" + "_pat_" + _pick(draw, _URL64, 27),
        )
    )


def _slack(draw: _Draw) -> str:
    digits = f"{draw.randint(10**10, 10**11)}-{draw.randint(10**11, 10**12)}"
    path = f"T{_pick(draw, string.ascii_uppercase, 8)}/B{_pick(draw, string.ascii_uppercase, 8)}"
    hook = f"https://hooks.slack.com/services/{path}/{_pick(draw, _ALNUM, 24)}"
    return draw.choice(("xo" + f"xb-{digits}-{_pick(draw, _ALNUM, 24)}", hook))


SECRETS: Final[dict[str, Callable[[_Draw], str]]] = {
    "password": _password,
    "connection string": _password,
    "private key": _private_key,
    "e-mail": _email,
    "JSON web token": _jwt,
    "AWS access key": lambda d: "AK" + "IA" + _pick(d, string.ascii_uppercase + string.digits, 16),
    "AWS secret key": lambda d: _pick(d, _BASE64, 40),
    "Google API key": lambda d: "AI" + "za" + _pick(d, _URL64, 34) + _pick(d, string.digits, 1),
    "Azure storage key": lambda d: _pick(d, _BASE64, 86) + "==",
    "GitHub token": lambda d: "gh" + d.choice("pousr") + "_" + _pick(d, _ALNUM, 36),
    "GitLab token": lambda d: "gl" + d.choice(("pat", "rt", "dt")) + "-" + _pick(d, _ALNUM, 20),
    "Slack token": _slack,
    "Stripe key": lambda d: d.choice("sr") + "k_" + "live_" + _pick(d, _ALNUM, 24),
    "Twilio key": lambda d: "S" + "K" + _pick(d, _HEX, 32),
    "SendGrid key": lambda d: f"SG{'.'}{_pick(d, _ALNUM, 22)}.{_pick(d, _ALNUM, 43)}",
    "package token": _package_token,
    "bot token": _bot_token,
    "hub token": _hub_token,
    "basic auth": lambda d: base64.b64encode(f"svc-{_pick(d, _HEX, 4)}:{_password(d)}".encode()).decode(),
    "query string": lambda d: _pick(d, _ALNUM, d.randint(24, 44)),
}
"""How a secret of each kind is drawn."""

_PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "password": (
        "DB_PASSWORD={s}", "login with password={s}, user=bob", "export PGPASSWORD='{s}'", "retry --password {s} now",  # noqa: E501
        "mysql -h db -u root -p'{s}' shop", "spring.datasource.password={s}", "CREATE USER app IDENTIFIED BY '{s}'",  # noqa: E501
        "Server=db;Uid=app;Pwd={s};Encrypt=yes", "machine git.acme.io login bob password {s}",
        "db.acme.io:5432:shop:app:{s}", "ran curl -u admin:{s} https://db", "connect(user='app', password='{s}')",  # noqa: E501
    ),
    "connection string": (
        "postgresql://app:{s}@db-0.db:5432/shop", "dial amqp://mq:{s}@rabbit:5672/%2f: refused",
        "redis://:{s}@cache:6379/0", "mongodb+srv://root:{s}@cluster0.mongo/test?w=majority",
        "jdbc url jdbc:mysql://etl:{s}@mysql/dwh", "proxy=http://agent:{s}@proxy:3128", "sftp bob:{s}@files:22",  # noqa: E501
    ),
    "private key": ("could not parse key {s}", "{s}", "ssh_key={s} rejected"),
    "e-mail": ("mail to {s} bounced", "user {s} logged in", "owner: {s}", "<{s}> said", "From: Ops <{s}>"),
    "AWS secret key": (
        "AWS_SECRET_ACCESS_KEY={s}", "aws_secret_access_key = {s}", "secretAccessKey: '{s}'", "--secret-key {s}",  # noqa: E501
    ),
    "Azure storage key": (
        "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={s};EndpointSuffix=core.windows.net",
        "AZURE_STORAGE_KEY='{s}'", "SharedAccessKeyName=send;SharedAccessKey={s}",
    ),
    "basic auth": ("Authorization: Basic {s}", "authorization='Basic {s}' sent", "header basic {s} rejected"),
    "query string": (
        "GET /callback?state=4&access_token={s} 302", "https://blob.acme.io/a.tgz?sv=2026-01-01&sig={s}&se=2026",
        "POST /hook?token={s}", "https://maps.acme.io/v1?q=a&key={s}", "client_secret={s}&grant_type=x",
    ),
}  # fmt: skip
_FREE: Final = (
    "using {s} for the call",
    "auth failed with {s}",
    "TOKEN={s}",
    "credentials '{s}' revoked",
    "{s}",
)
_NAMES: Final = {"e-mail": "contact", "connection string": "DATABASE_URL"}


def _write_log(text: str) -> str:
    body = {"@timestamp": "2026-11-21T07:41:02.123Z", "log": {"level": "ERROR"}, "message": text}
    return json.dumps(body | {"service": {"name": "checkout"}})


def _write_trace(text: str) -> str:
    trace = (
        f"ERROR request failed\njava.lang.IllegalStateException: {text}\n\tat com.acme.Shop.pay(Shop.java:42)"
    )
    return json.dumps({"message": trace, "service.name": "shop"}, ensure_ascii=False)


def _write_event(text: str) -> str:
    event = {
        "kind": "Event",
        "reason": "Failed",
        "message": f"Error: {text}",
        "involvedObject": {"name": "shop-0"},
    }
    return json.dumps(event, separators=(",", ":"))


def _write_object(text: str, name: str, value: str) -> str:
    container = {"name": "app", "env": [{"name": name, "value": value}], "args": ["serve", text]}
    applied = json.dumps({"spec": {"containers": [container]}})
    meta = {"name": "shop-7f6c9d5b8-x2k4p", "annotations": {"last-applied-configuration": applied}}
    return json.dumps({"kind": "Pod", "metadata": meta, "spec": {"containers": [container]}}, indent=1)


def _write_run(text: str, name: str, value: str) -> str:
    data = {"params": [{"key": name.lower(), "value": value}], "tags": [{"key": "note", "value": text}]}
    return json.dumps({"run": {"info": {"run_id": "9f2c"}, "data": data}})


def _write_alert(text: str) -> str:
    alert = {"labels": {"alertname": "Down"}, "annotations": {"summary": "Down", "description": text}}
    return json.dumps({"status": "firing", "alerts": [alert]})


def _write_page(text: str) -> str:
    return f"# Restore\n\nRun this first:\n\n```sh\n{text}\n```\n\nThen see `{text}` in the console.\n"


CARRIERS: Final = ("log", "trace", "event", "object", "run", "alert", "page", "plain")
"""Where secrets are hidden: texts of these come from logs, Kubernetes, MLflow, alerts and documents."""


def plant_secrets(seed: int, count: int = 50) -> Iterator[Planted]:
    """Yield `count` secrets of each kind, every one hidden in a text of its own.

    Args:
        seed: The same seed gives the same secrets.
        count: How many of each kind.
    """
    draw = random.Random(seed)  # noqa: S311 - nothing is protected by these
    for kind, make in SECRETS.items():
        for number in range(count):
            secret = make(draw)
            carrier = CARRIERS[number % len(CARRIERS)]
            yield Planted(kind=kind, secret=secret, carrier=carrier, text=_hide(draw, kind, secret, carrier))


def _hide(draw: _Draw, kind: str, secret: str, carrier: str) -> str:
    text = draw.choice(_PHRASES.get(kind, _FREE)).format(s=secret)
    name = _NAMES.get(kind, draw.choice(("DB_PASSWORD", "API_TOKEN", "CLIENT_SECRET")))
    value = f"postgres://app:{secret}@db/shop" if kind == "connection string" else secret
    if carrier == "object":
        return _write_object(text, name, value)
    if carrier == "run":
        return _write_run(text, name, value)
    write = {"log": _write_log, "trace": _write_trace, "event": _write_event, "alert": _write_alert}.get(
        carrier
    )
    if write:
        return write(text)
    return _write_page(text) if carrier == "page" else f"2026-11-21T07:41:02Z WARN checkout {text}"


def find_traces(planted: Planted, text: str) -> list[str]:
    """Return the parts of a secret that a text still shows: of a private key its lines, else all of it."""
    lines = [line for line in planted["secret"].splitlines() if not line.startswith("-----")]
    shapes = {*lines, *(json.dumps(line)[1:-1] for line in lines)}
    return [shape for shape in shapes if shape in text]


def draw_ordinary_lines(seed: int, count: int) -> list[str]:
    """Return log lines without any secret, full of what looks like one: ids, hashes, digests, versions.

    Args:
        seed: The same seed gives the same lines.
        count: How many.
    """
    draw = random.Random(seed)  # noqa: S311 - nothing is protected by these
    return [_draw_line(draw) for _ in range(count)]


def _draw_line(draw: _Draw) -> str:
    def hexes(length: int) -> str:
        return "".join(draw.choices(_HEX, k=length))

    uuid = "-".join(hexes(length) for length in (8, 4, 4, 4, 12))
    pod = f"checkout-{hexes(9)}-{_pick(draw, string.ascii_lowercase + string.digits, 5)}"
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
            f"wrote /var/lib/data/{_pick(draw, _BASE64, 12)}/{_pick(draw, _ALNUM, 16)}.parquet, {draw.randint(1, 10**7)} bytes",  # noqa: E501
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
