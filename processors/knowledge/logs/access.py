"""Requests in access logs: method, route and status, of a line's text or of a record's fields.

A status is what such a line is about, so it must not become one more number of a pattern; and a path is a
route only without what differs by request.
"""

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

from processors.knowledge.flat_fields import Fields, has_any, order_names
from processors.knowledge.logs.ranking import pick_worst

_METHOD: Final = r"(?P<method>GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PROPFIND|REPORT|PRI)"
_PATH: Final = r"(?P<path>[^\s\"]{1,8000}+)"
# A whole address in running text is one that a service asked, not one that it served.
_CLEAR_PATH: Final = r"(?P<path>/[^\s\"]{0,8000}+)"
_SENT: Final = re.compile(r"(?:https?://[^\s\"]{1,200}|\bHTTP Request:) \Z")
_LONGEST_BEFORE: Final = 210
_STATUS: Final = r"(?P<status>[1-5]\d\d)"
_QUOTED: Final = rf'"{_METHOD} {_PATH}(?: HTTP/\d(?:\.\d)?)?"'

# Most lines hold no request, and are told by this alone.
_HINTS: Final = (
    "GET ", "HEAD ", "POST ", "PUT ", "PATCH ", "DELETE ", "OPTIONS ", "CONNECT ", "TRACE ", "PROPFIND ",
    "REPORT ", "PRI ", '] "', " method=",
)  # fmt: skip
_FORMATS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # Common and combined, with or without a virtual host; nginx, Envoy, Traefik, Gunicorn, Uvicorn
        rf"{_QUOTED} {_STATUS}(?!\S)",
        # A client that sent no request, or none that could be read
        rf'\] "(?P<path>-|(?:[^"\\]|\\.){{0,200}}+)" {_STATUS} (?:\d+|-)(?!\S)',
        # HAProxy: five timers, the status, bytes, and the request at the end
        rf"(?<!\S)[-+\d]{{1,9}}(?:/[-+\d]{{1,9}}){{4}} {_STATUS} (?=.*{_METHOD} {_PATH})",
        # Load balancers of AWS: the balancer's status, the target's, bytes in and out
        rf"(?<!\S){_STATUS} (?:[1-5]\d\d|-) \d{{1,15}} \d{{1,15}} {_QUOTED}",
        # Chi: the client stands between
        rf"{_QUOTED} from \S{{1,100}}+ - {_STATUS}(?!\S)",
        # Gin
        rf"\| +{_STATUS} +\|(?:[^|]{{0,60}}+\|){{2}} +{_METHOD} +\"?{_PATH}",
        # Serilog, Morgan, Rack and what else is written for people
        rf"\b{_METHOD} {_CLEAR_PATH}(?: HTTP/\d(?:\.\d)?)?(?: responded)?:? {_STATUS}"
        r"(?=$| -| in \d|[ ,]+[\d.]{1,12} ?(?:ms|s|µs|us)\b)",
        # Squid
        rf"(?<!\S)[A-Z_]{{4,60}}/{_STATUS} \d{{1,15}} {_METHOD} {_PATH}",
        # IIS in W3C's format
        rf"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d (?:\S{{1,100}}+ ){{0,3}}?{_METHOD} {_PATH}"
        rf"(?: \S{{1,8000}}+){{4,8}}? {_STATUS} \d{{1,4}} \d{{1,10}}(?: \d+){{0,3}}$",
    )
)

# Plain names of fields, of the servers, of ECS, of OpenTelemetry, of Cloud Logging, of Kubernetes' audit log.
_STATUS_FIELDS: Final = order_names(
    "status", "statuscode", "responsecode", "httpresponsestatuscode", "responsestatuscode", "responsestatus",
    "resstatuscode", "resstatus", "httprequeststatus", "httpstatuscode", "httpstatus", "downstreamstatus",
    "originstatus", "scstatus",
)  # fmt: skip
_METHOD_FIELDS: Final = (
    "method", "requestmethod", "httprequestmethod", "reqmethod", "httprequestrequestmethod", "httpmethod",
    "csmethod", "verb",
)  # fmt: skip
_PATH_FIELDS: Final = (
    "httproute", "route", "path", "uri", "urlpath", "requesturi", "requestpath", "urloriginal", "url",
    "urlfull", "requesturl", "requrl", "reqpath", "httprequestrequesturl", "httptarget", "httpurl",
    "httppath", "csuristem",
)  # fmt: skip
_REQUEST_FIELDS: Final = ("request", "httprequest", "requestline")
_REQUEST_LINE: Final = re.compile(rf"{_METHOD} {_PATH}(?: HTTP/\d(?:\.\d)?)?")

# Kubernetes' audit log names verbs of its own.
_METHODS: Final = re.compile(rf"{_METHOD}|LIST|WATCH|CREATE|UPDATE|DELETECOLLECTION")

_ORIGIN: Final = re.compile(r"^[a-z][a-z0-9+.-]{1,20}://[^/?#]*")
# Versions and names with one digit are no identifiers: v1, v2beta1, s3, oauth2.
_NAME: Final = re.compile(r"v\d{1,3}(?:(?:alpha|beta)\d{0,2})?|[^\d@%]*\d?[^\d@%]*")
_ID: Final = "<ID>"
_LONGEST_NAME: Final = 40
_MOST_SEGMENTS: Final = 8


class HttpRequest(NamedTuple):
    """What an access log tells of a request; `route` is its path without the `ids` in it."""

    method: str
    route: str
    status: int
    ids: tuple[str, ...] = ()


def read_request(layers: Sequence[Fields], message: str) -> HttpRequest | None:
    """Return the request that a log record tells of, or None if it is of no access log.

    Args:
        layers: The record's fields by their plain names, of each layer that wraps the message.
        message: Its text.

    Example:
        >>> read_request([], '10.3.0.7 - - [21/Nov/2026:07:00:00 +0000] "POST /pay/17?a=1 HTTP/1.1" 502 88')
        HttpRequest(method='POST', route='/pay/<ID>', status=502, ids=('17',))
        >>> read_request([{"status": "404", "request": "GET /a HTTP/1.1"}], "")
        HttpRequest(method='GET', route='/a', status=404, ids=())
        >>> read_request([{"status": "active"}], "user 17 was put on GET")
    """
    of_fields = (_read_fields(fields) for fields in reversed(layers))
    return next(filter(None, of_fields), None) or _read_text(message)


def raise_severity(severity: str, request: HttpRequest | None) -> str:
    """Return a line's severity, or a worse one that its request's end says: an error, or a refusal.

    Example:
        >>> [raise_severity("info", HttpRequest("GET", "/", status)) for status in (200, 404, 502)]
        ['info', 'warning', 'error']
    """
    if request is None:
        return severity
    of_status = {5: "error", 4: "warning"}.get(request.status // 100, "debug")
    return pick_worst(severity, of_status)


def render_request(request: HttpRequest) -> str:
    """Return a request as text, for a record that has no other.

    Example:
        >>> render_request(HttpRequest("POST", "/pay/<ID>", 502))
        'POST /pay/<ID> 502 Bad Gateway'
    """
    return f"{request.method} {request.route} {request.status} {name_status(request.status)}".rstrip()


def name_status(status: int) -> str:
    """Return the standard's words for a status, or nothing.

    Example:
        >>> name_status(503), name_status(599)
        ('Service Unavailable', '')
    """
    return next((known.phrase for known in HTTPStatus if known == status), "")


def split_route(path: str) -> tuple[str, tuple[str, ...]]:
    """Return a path without its host, query and identifiers, and those identifiers.

    Example:
        >>> split_route("https://shop.example/api/v1/orders/100042/items?page=2")
        ('/api/v1/orders/<ID>/items', ('100042',))
    """
    bare = _ORIGIN.sub("", path).partition("?")[0].partition("#")[0]
    segments = bare.split("/", _MOST_SEGMENTS + 1)
    if len(segments) > _MOST_SEGMENTS + 1:
        segments[-1] = "…"
    names = [segment if _is_name(segment) else _ID for segment in segments]
    ids = tuple(segment for segment, name in zip(segments, names, strict=True) if name == _ID)
    return "/".join(names) or "/", ids


def _is_name(segment: str) -> bool:
    return len(segment) <= _LONGEST_NAME and bool(_NAME.fullmatch(segment))


def _read_text(message: str) -> HttpRequest | None:
    if not any(map(message.__contains__, _HINTS)):
        return None
    found = next(filter(None, (writing.search(message) for writing in _FORMATS)), None)
    if found is None:
        return _read_pairs(message)
    if _SENT.search(message, max(0, found.start() - _LONGEST_BEFORE), found.start()):
        return None
    part = found.groupdict()
    if method := part.get("method"):
        return _make_request(method, part["path"], int(part["status"]))
    return HttpRequest("-", "(no request)", int(part["status"]))


def _read_pairs(message: str) -> HttpRequest | None:
    """Return the request that pairs of names and values tell of, as Heroku's router and Lograge do."""
    pairs = {
        pair["name"]: pair["value"] or pair["quoted"] for pair in _PAIR.finditer(message[:_LONGEST_PAIRS])
    }
    return _read_fields(pairs) if str(pairs.get("path", "")).startswith("/") else None


_PAIR: Final = re.compile(
    r"(?<!\S)(?P<name>method|path|status)=(?:\"(?P<quoted>[^\"]{0,2000}+)\"|(?P<value>[^\s\"]{1,2000}+))"
)
_LONGEST_PAIRS: Final = 4_000


def _read_fields(fields: Fields) -> HttpRequest | None:
    if not has_any(fields, _STATUS_FIELDS):
        return None
    status = next(
        (read for name in _STATUS_FIELDS if name in fields and (read := _read_status(fields[name]))), 0
    )
    if not status:
        return None
    lines = (_REQUEST_LINE.match(line) for line in _find_texts(fields, _REQUEST_FIELDS))
    if line := next(filter(None, lines), None):
        return _make_request(line["method"], line["path"], status)
    method = next(_find_texts(fields, _METHOD_FIELDS), "").upper()
    path = next(_find_texts(fields, _PATH_FIELDS), "")
    return _make_request(method, path[:8_000], status) if path and _METHODS.fullmatch(method) else None


def _make_request(method: str, path: str, status: int) -> HttpRequest:
    route, ids = split_route(path)
    return HttpRequest(method, route, status, ids)


def _read_status(value: object) -> int:
    """Return a status that is written as a number or as text, or 0."""
    text = str(value)[:4] if isinstance(value, int | str) else ""
    return int(text) if re.fullmatch(r"[1-5][0-9]{2}", text) else 0


def _find_texts(fields: Fields, names: tuple[str, ...]) -> Iterator[str]:
    return (value for name in names if isinstance(value := fields.get(name), str) and value)
