"""Secrets that are recognised by the header, the address or the connection string in which they stand."""

import re
from typing import Final

from processors.knowledge.redaction.detectors import Detector, make_detector
from processors.knowledge.redaction.values import is_file, is_mixed, is_name, is_random

_PAIR: Final = re.compile(r"\w++=[^=]")


def _looks_random(match: re.Match[str]) -> bool:
    value = match["secret"]
    # An equals sign fills base64 up; within a value it makes the next pair.
    return is_random(value) and not is_file(value) and not _PAIR.match(value)


def _has_random_part(match: re.Match[str]) -> bool:
    return any(is_random(part, 10) for part in match["secret"].split("/"))


CONTEXTS: Final[tuple[Detector, ...]] = (
    *(
        make_detector(
            "authorization header",
            scheme,
            rf"(?i:\b{pattern})\\{{0,8}}[\"']?[:=]?[ \t]{{1,8}}[\"']?(?P<secret>[\w.~+/=-]{{8,}})",
            _looks_random,
        )
        for scheme, pattern in (
            ("bearer", "bearer"),
            ("basic ", "basic"),
            ("geniekey", "geniekey"),
            ("authorization", r"authorization\\{0,8}[\"']?[:=][ \t]{0,8}[\"']?[\w-]{1,64}"),
        )
    ),
    make_detector(
        "cookie header",
        "cookie",
        r"(?i:\b(?:set-)?cookie)\\{0,8}[\"']?\s{0,8}[:=][\s\[\\\"']{0,16}+(?P<secret>[\w.-]{1,128}+=[^\"'\\\r\n<]{4,})",
    ),
    make_detector(
        "secret in a query string",
        "?",
        r"[?&](?:amp;)?(?i:key|sig|signature|code|auth|apikey|access_key|credential)="
        r"(?P<secret>[^\s&\"'#\\<>`)]{8,512}+)",
        _looks_random,
        hint=r"\?[\w.-]{1,128}+=",
    ),
    make_detector(
        "digest of a password",
        "digest",
        r"(?i:\bdigest) [^\n]{0,400}?\bresponse=\\{0,8}\"(?P<secret>[0-9a-f]{16,128}+)",
    ),
    make_detector(
        "path of a bot",
        "/",
        r"/bot(?P<secret>\d{5,12}(?::|%3A)[\w-]{4,128}+|[\w-]{20,128}+)(?![\w-])",
        lambda match: match["secret"][:5].isdigit() or _looks_random(match),
        hint="/bot",
    ),
    make_detector(
        "path of a webhook",
        "hook",
        r"(?i:[/.](?:web|incoming-?)?hooks?(?:b2)?(?:\.[\w.-]{1,80}+)?/)(?P<secret>[\w@.~%=:/-]{10,256}+)",
        _has_random_part,
    ),
    make_detector(
        "key in a path",
        "/",
        r"(?:/with/key|/integration|/apikey|/api_key|/token)/(?P<secret>[\w-]{16,128}+)",
        _looks_random,
        hint="/with/key/|/integration/|/api_?key/|/token/",
    ),
    *(
        make_detector(
            "password in braces",
            literal,
            r"(?i:\b(?:pwd|password)=)(?P<secret>\{(?:[^{}\n]|\}\}){4,128}+\})(?=;)",
            lambda match: is_random(match["secret"][1:-1], 6),
        )
        for literal in ("pwd={", "password={")
    ),
    make_detector(
        "id of a session",
        "sess",
        r"(?i:\b(?:JSESSIONID|PHPSESSID|ASP\.NET_SessionId|ASPSESSIONID\w{0,8}|laravel_session|_session_id))"
        r"=(?P<secret>[\w%.:+/-]{8,256}+)",
        _looks_random,
    ),
    make_detector(
        # Identifiers that only count or trace are left alone: digits, hexadecimal, UUIDs.
        "id of a session",
        "sess",
        r"(?i:(?<![A-Za-z])session_?id)\\{0,8}[\"']?\s{0,8}[:=]\s{0,8}\\{0,8}[\"']?(?P<secret>[A-Za-z0-9_-]{24,256}+)",
        lambda match: is_mixed(match["secret"]) and not is_name(match["secret"]),
        hint=r"(?:session|Session|SESSION)_?(?:id|Id|ID)",
    ),
)
"""Detectors of them."""
