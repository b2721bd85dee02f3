"""Every writing of an access log gives method, route and status; other lines give none."""

import time
from typing import Any

import pytest

from processors.knowledge.flat_fields import flatten_fields
from processors.knowledge.logs.access import HttpRequest, raise_severity, read_request, split_route

CLF_TIME = "[21/Nov/2026:07:00:00 +0300]"
FAILED = HttpRequest("POST", "/route/v1", 502)


@pytest.mark.parametrize(
    "line",
    [
        f'10.3.0.7 - - {CLF_TIME} "POST /route/v1 HTTP/1.1" 502 88',
        f'10.3.0.7 - bob {CLF_TIME} "POST /route/v1?a=1 HTTP/1.1" 502 - "https://x.example/" "curl/8.5"',
        f'10.3.0.7 - - {CLF_TIME} "POST /route/v1 HTTP/2.0" 502 88 "-" "curl/8.5" rt=5.001 uct="-"',
        f'shop.example:443 10.3.0.7 - - {CLF_TIME} "POST /route/v1 HTTP/1.1" 502 88 "-" "curl/8.5"',
        f'10.3.0.7 - - {CLF_TIME} "POST /route/v1 HTTP/1.1" 502 88 "-" "-" 7 "shop@docker" "-" 3ms',
        "2026-11-21 07:00:00 10.0.0.1 POST /route/v1 - 443 - 10.3.0.7 curl/8.5 - 502 0 0 15",
        '2026-11-21T07:00:00+00:00 heroku[router]: at=error code=H12 method=POST path="/route/v1?a=1" '
        'fwd="10.3.0.7" dyno=web.1 service=30001ms status=502 bytes=0',
        "method=POST path=/route/v1 format=json controller=Orders action=pay status=502 duration=5.1",
        'level=info msg="request" status=502 method=POST path=/route/v1',
        "1795259041.123  0 10.3.0.7 TCP_MISS/502 3897 POST http://shop.example/route/v1 - HIER_NONE/- -",
        '[2026-11-21T07:00:00.123Z] "POST /route/v1 HTTP/1.1" 502 UF,URX 0 88 5001 - "-" "curl/8.5" "-"',
        "10.3.0.7:33317 [21/Nov/2026:07:00:00.655] in~ shop/srv1 10/0/30/-1/109 502 2750 - - SC-- 1/1/1/1/0 "
        '0/0 {a.example} "POST /route/v1 HTTP/1.1"',
        "2026-11-21 07:00:00 10.0.0.1 POST /route/v1 a=1 443 - 10.3.0.7 Mozilla/5.0+(X11) - 502 0 64 5001",
        "2026-11-21 07:00:00 W3SVC1 WEB1 10.0.0.1 POST /route/v1 - 80 - 10.3.0.7 curl/8 - 502 0 0 15",
        "https 2026-11-21T07:00:00.1Z app/lb/50dc 10.3.0.7:2817 10.0.0.1:80 0.0 0.1 0.0 502 502 34 366 "
        '"POST https://shop.example:443/route/v1 HTTP/1.1" "curl/8.5"',
        "[GIN] 2026/11/21 - 07:00:00 | 502 |    5.001s |        10.3.0.7 | POST     \"/route/v1\"",
        'INFO:     10.3.0.7:52114 - "POST /route/v1 HTTP/1.1" 502 Bad Gateway',
        '"POST http://shop/route/v1 HTTP/1.1" from 10.3.0.7:5211 - 502 0B in 5.001s',
        "HTTP POST /route/v1 responded 502 in 5001.2 ms",
        "POST /route/v1 502 5001.210 ms - 88",
        "::1 - - [21/Nov/2026 07:00:00] \"POST /route/v1 HTTP/1.1\" 502 -",
    ],
)  # fmt: skip
def test_access_logs_of_many_servers_are_read(line: str) -> None:
    assert read_request([], line) == FAILED


@pytest.mark.parametrize(
    "body",
    [
        {"status": 502, "method": "POST", "path": "/route/v1"},
        {"status": "502", "request": "POST /route/v1 HTTP/1.1"},
        {"response_code": 502, "method": "POST", "path": "/route/v1?a=1", "response_flags": "UF"},
        {
            "http": {"request": {"method": "POST"}, "response": {"status_code": 502}},
            "url": {"path": "/route/v1"},
        },
        {"http.request.method": "POST", "http.response.status_code": 502, "url.path": "/route/v1"},
        {"request": {"method": "POST", "uri": "/route/v1"}, "status": 502},
        {"req": {"method": "POST", "url": "/route/v1"}, "res": {"statusCode": 502}},
        {"httpRequest": {"requestMethod": "POST", "requestUrl": "https://a.example/route/v1", "status": 502}},
        {"DownstreamStatus": 502, "RequestMethod": "POST", "RequestPath": "/route/v1"},
        {"verb": "post", "requestURI": "/route/v1", "responseStatus": {"code": 502}},
    ],
)
def test_access_logs_in_json_are_read(body: dict[str, Any]) -> None:
    assert read_request([flatten_fields(body)], "") == FAILED


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({}, "GET ready in 300 ms"),
        ({}, "the POST is 200 km away"),
        ({}, "user 17 paid 502 roubles"),
        ({"status": "active", "method": "POST", "path": "/a"}, "ready"),
        ({"status": 502}, "upstream said so"),
        ({"status": True, "method": "GET", "path": "/a"}, "ready"),
        ({"status": 502, "method": ["GET"], "path": {"a": 1}}, "odd"),
        # What a service asked of another
        ({}, "2026-11-21 07:00:00 INFO notify: POST https://hooks.example/route/v1 200"),
        ({}, "outgoing GET https://api.example/route/v1 responded 503 in 12 ms"),
        ({}, 'DEBUG urllib3.connectionpool: https://api.example:443 "GET /route/v1 HTTP/1.1" 200 None'),
        ({}, 'asked https://api.example "POST /route/v1 HTTP/1.1" 502 88'),
        # Pairs without a path or a status
        ({}, "at=error code=H10 method=GET path=/route/v1"),
        ({}, "step=2 method=GET status=200 path=none"),
    ],
)
def test_other_lines_hold_no_request(body: dict[str, Any], line: str) -> None:
    assert read_request([flatten_fields(body)], line) is None


@pytest.mark.parametrize("request_line", ["-", "", r"\x16\x03\x01\x02", r"a \" b"])
def test_a_request_that_could_not_be_read_keeps_its_status(request_line: str) -> None:
    found = read_request([], f'10.3.0.7 - - {CLF_TIME} "{request_line}" 400 150 "-" "-"')
    assert found == HttpRequest("-", "(no request)", 400)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/api/v1/orders/100042/items?page=2#top", "/api/v1/orders/<ID>/items"),
        ("/u/6f1c2d3e-0000-4000-8000-1234567890ab", "/u/<ID>"),
        ("/apis/apps/v1beta2/oauth2", "/apis/apps/v1beta2/oauth2"),
        ("/u/bob@example.org/x", "/u/<ID>/x"),
        ("/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h/…"),
        (f"/t/{'x' * 60}", "/t/<ID>"),
        ("*", "*"),
    ],
)
def test_a_route_is_a_path_without_what_differs_by_request(path: str, route: str) -> None:
    assert split_route(path)[0] == route


def test_a_status_makes_a_line_worse_and_never_better() -> None:
    assert raise_severity("critical", HttpRequest("GET", "/", 500)) == "critical"
    assert raise_severity("debug", HttpRequest("GET", "/", 200)) == "debug"
    assert raise_severity("info", None) == "info"


@pytest.mark.parametrize(
    "part", ['"GET ', "GET /a ", '] "', "1/1/1/1/1 500 GET ", "| 500 |", r'] "\"', "500 "]
)
def test_long_lines_take_no_longer_than_their_length(part: str) -> None:
    begun = time.process_time()
    read_request([], part * (16_000 // len(part)))
    assert time.process_time() - begun < 0.5
