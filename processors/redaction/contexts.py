"""Secrets that are recognised by the command, header or file in which they stand."""

import re
from typing import Final

from processors.redaction.detectors import Detector, make_detector
from processors.redaction.values import is_file, is_placeholder, is_random

_NUMBER_OR_ADDRESS: Final = re.compile(r"[\d.:]+(?:/\w+)?")


def _looks_random(match: re.Match[str]) -> bool:
    return is_random(match["secret"]) and not is_file(match["secret"])


def _is_password(match: re.Match[str]) -> bool:
    return not (is_placeholder(match["secret"]) or _NUMBER_OR_ADDRESS.fullmatch(match["secret"]))


def _has_random_part(match: re.Match[str]) -> bool:
    return any(is_random(part, 10) for part in match["secret"].split("/"))


_COMMAND_LINE: Final = r"[^\n|;]{0,200}?\s"

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
        "digest ",
        r"(?i:\bdigest) [^\n]{0,400}?\bresponse=\\{0,8}\"(?P<secret>[0-9a-f]{16,128}+)",
    ),
    make_detector(
        "path of a bot",
        "/",
        r"/bot(?P<secret>(?:\d{5,12}(?::|%3A))?[\w-]{20,128}+)(?![\w-])",
        _looks_random,
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
    make_detector(
        "line of a .netrc file",
        "login ",
        r"\blogin\s{1,8}\S{1,128}\s{1,8}password\s{1,8}(?P<secret>[^\s\"'\\]+)",
        _is_password,
    ),
    *(
        make_detector(
            "line of a .pgpass file",
            literal,
            r"(?<![^\s\"'`])(?:[\w.-]{0,255}[A-Za-z*][\w.-]{0,255}|\*|\d{1,3}(?:\.\d{1,3}){3}):(?:\d{4,5}|\*)"
            r":(?:[A-Za-z_][\w-]{0,63}+|\*):[A-Za-z_][\w.-]{0,63}+:(?P<secret>[^\s\"'`\\]{4,})(?![^\s\"'`\\])",
            _is_password,
            hint=hint,
        )
        for literal, hint in ((":", r":\d{4,5}:"), (":*:", ""))
    ),
    make_detector(
        "password of a database client",
        " -",
        rf"\b(?:mysql\w{{0,16}}|mariadb[\w-]{{0,16}})\b{_COMMAND_LINE}-p(?P<secret>[^\s\"'\\$<-][^\s\"'\\]{{3,}})",
        _is_password,
        hint=r" -p[^ ]",
    ),
    make_detector(
        "password of a command",
        " -",
        r"\b(?:sshpass|redis-cli|docker|podman|helm|mongo\w{0,16}|ldap\w{1,16})\b"
        rf"{_COMMAND_LINE}-[apw][ \t]{{1,8}}[\"']?(?P<secret>[^\s\"'\\$<-][^\s\"'\\]{{3,}})",
        lambda match: _is_password(match) and is_random(match["secret"], 6),
        hint=r" -[apw][ \t]",
    ),
    make_detector(
        "user and password of a command",
        " -",
        rf"\b(?:curl|wget|smbclient)\b{_COMMAND_LINE}(?:-u|-U|--user|--proxy-user)[ =]?[\"']?"
        r"[^\s:%\"'\\]{1,128}+[:%](?!//)(?P<secret>[^\s\"'\\$<]{4,})",
        _is_password,
        hint=r" -(?:u|U|-user|-proxy-user)",
    ),
    make_detector(
        "short password flag",
        " -",
        r"(?<=\s)-p(?P<q>['\"])(?P<secret>[^\s'\"\\$]{4,256}+)(?P=q)",
        hint=r"-p['\"]",
    ),
    make_detector(
        "SQL password",
        "identified",
        r"(?i:\bidentified(?:\s{1,8}with\s{1,8}\S{1,64})?\s{1,8}(?:by|as))\s{1,8}\\{0,8}['\"](?P<secret>[^'\"\\<]+)",
    ),
)

_SECRET_OBJECT: Final = re.compile(r"\"kind\"\s{0,8}:\s{0,8}\"Secret\"")
DATA_MAP: Final = re.compile(r"(?<=\"data\":)\s*+\{[^{}]*+\}|(?<=\"stringData\":)\s*+\{[^{}]*+\}")
MAP_VALUE: Final = re.compile(r"(?<!\\)\"\s*+:\s*+\"(?P<quoted>(?:\\.|[^\"\\])++)\"")


def is_secret_object(text: str) -> bool:
    """Tell whether a text holds a Kubernetes Secret, all of whose data are secret whatever their names.

    Example:
        >>> is_secret_object('{"kind": "Secret", "data": {"app.conf": "eA=="}}')
        True
    """
    return bool(_SECRET_OBJECT.search(text))
