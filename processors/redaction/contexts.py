"""Secrets that are recognised by the command, header or file in which they stand."""

import re
from typing import Final

from processors.redaction.formats import Detector, make_detector
from processors.redaction.values import is_file, is_placeholder, is_random

_NUMBER_OR_ADDRESS: Final = re.compile(r"[\d.:]+(?:/\w+)?")


def _looks_random(match: re.Match[str]) -> bool:
    return is_random(match["secret"]) and not is_file(match["secret"])


def _is_password(match: re.Match[str]) -> bool:
    return not (is_placeholder(match["secret"]) or _NUMBER_OR_ADDRESS.fullmatch(match["secret"]))


CONTEXTS: Final[tuple[Detector, ...]] = (
    *(
        make_detector(
            "authorization header",
            hint,
            rf"(?i:\b{scheme})\\*[\"']?[:=]?[ \t]+[\"']?(?P<secret>[\w.~+/=-]{{8,}})",
            _looks_random,
        )
        for hint, scheme in (
            ("earer", "bearer"),
            ("EARER", "bearer"),
            ("asic ", "basic"),
            ("uthorization", r"authorization\\*[\"']?[:=][ \t]*[\"']?[\w-]+"),
        )
    ),
    make_detector(
        "cookie header",
        "ookie",
        r"(?i:\b(?:set-)?cookie)\\*[\"']?\s*[:=]\s*[\[\\\"' ]*(?P<secret>[\w.-]+=[^\"'\\\r\n<]{4,})",
    ),
    make_detector(
        "secret in a query string",
        r"\?[\w.-]+=",
        r"[?&](?:amp;)?(?i:key|sig|signature|code|auth|apikey|access_key|credential)=(?P<secret>[^\s&\"'#\\<>`)]{8,})",
        _looks_random,
    ),
    make_detector(
        "line of a .netrc file", "login ", r"\blogin\s+\S+\s+password\s+(?P<secret>[^\s\"'\\]+)", _is_password
    ),
    make_detector(
        "line of a .pgpass file",
        r":(?:\d{4,5}|\*):",
        r"(?<![^\s\"'`])(?:[\w.-]*[A-Za-z*][\w.-]*|\*|\d+(?:\.\d+){3}):(?:\d{4,5}|\*):(?:[A-Za-z_][\w-]*|\*)"
        r":[A-Za-z_][\w.-]*:(?P<secret>[^\s\"'`\\]{4,})(?![^\s\"'`\\])",
        _is_password,
    ),
    make_detector(
        "password of a database client",
        " -p",
        r"\b(?:mysql\w*|mariadb[\w-]*)\b[^\n|;]{0,200}?\s-p(?P<secret>[^\s\"'\\$<-][^\s\"'\\]{3,})",
        _is_password,
    ),
    make_detector(
        "password of a command",
        " -[apw][ \t]",
        r"\b(?:sshpass|redis-cli|docker|podman|helm|mongo\w*|ldap\w+)\b[^\n|;]{0,200}?\s-[apw][ \t]+"
        r"[\"']?(?P<secret>[^\s\"'\\$<-][^\s\"'\\]{3,})",
        lambda match: _is_password(match) and is_random(match["secret"], 6),
    ),
    make_detector(
        "user and password of a command",
        " -(?:u|U|-user|-proxy-user)",
        r"\b(?:curl|wget|smbclient)\b[^\n|;]{0,200}?\s(?:-u|-U|--user|--proxy-user)[ =]?[\"']?[^\s:\"'\\]+[:%]"  # noqa: E501
        r"(?P<secret>[^\s\"'\\$<]{4,})",
        _is_password,
    ),
    make_detector(
        "short password flag", "-p['\"]", r"(?<=\s)-p(?P<q>['\"])(?P<secret>[^\s'\"\\$]{4,})(?P=q)"
    ),
    *(
        make_detector(
            "SQL password",
            hint,
            r"(?i:\bidentified(?:\s+with\s+\S+)?\s+(?:by|as))\s+\\*['\"](?P<secret>[^'\"\\<]+)",
        )
        for hint in ("IDENTIFIED", "identified")
    ),
)

_SECRET_OBJECT: Final = re.compile(r"\"kind\"\s*:\s*\"Secret\"")
DATA_MAP: Final = re.compile(r"(?<=\"data\":)\s*\{[^{}]*\}|(?<=\"stringData\":)\s*\{[^{}]*\}")
MAP_VALUE: Final = re.compile(r"(?<!\\)\"\s*:\s*\"(?P<quoted>(?:\\.|[^\"\\])+)\"")


def is_secret_object(text: str) -> bool:
    """Tell whether a text holds a Kubernetes Secret, all of whose data are secret whatever their names.

    Example:
        >>> is_secret_object('{"kind": "Secret", "data": {"app.conf": "eA=="}}')
        True
    """
    return bool(_SECRET_OBJECT.search(text))
