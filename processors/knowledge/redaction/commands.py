"""Secrets that are recognised by the command, or the line of a tool's file, in which they stand."""

import re
from typing import Final

from processors.knowledge.redaction.detectors import Detector, make_detector
from processors.knowledge.redaction.values import is_placeholder, is_random

_NUMBER_OR_ADDRESS: Final = re.compile(r"[\d.:]+(?:/\w+)?")
_COMMAND_LINE: Final = r"[^\n|;]{0,200}?\s"


def _is_password(match: re.Match[str]) -> bool:
    return not (is_placeholder(match["secret"]) or _NUMBER_OR_ADDRESS.fullmatch(match["secret"]))


COMMANDS: Final[tuple[Detector, ...]] = (
    make_detector(
        "line of a .netrc file",
        "password",
        r"\blogin\s{1,8}\S{1,128}\s{1,8}password\s{1,8}(?P<secret>[^\s\"'\\]+)",
        _is_password,
        hint="login ",
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
        rf"\b(?:curl|wget|smbclient|etcdctl)\b{_COMMAND_LINE}(?:-u|-U|--user|--proxy-user)[ =]?[\"']?"
        r"[^\s:%\"'\\]{1,128}+[:%](?!//)(?P<secret>[^\s\"'\\$<]{4,})",
        _is_password,
        hint=r" -(?:u|U|-user|-proxy-user)",
    ),
    make_detector(
        "password of a command",
        " -",
        r"\b(?:psexec\d{0,2}|sqlcmd|osql|isql|bcp|az|winexe|snmp\w{1,12})(?:\.exe)?\b"
        rf"{_COMMAND_LINE}-[pPcAX][ \t]{{1,8}}[\"']?(?P<secret>[^\s\"'\\$<-][^\s\"'\\]{{3,}})",
        lambda match: _is_password(match) and is_random(match["secret"], 6),
        hint=r" -[pPcAX][ \t]",
    ),
    make_detector(
        "password of a command of Windows",
        " user ",
        r"(?i:\bnet1?(?:\.exe)?[\"']?\s{1,8}user\s{1,8}\S{1,64}\s{1,8})(?P<secret>[^\s/*\"\\][^\s\"\\]{3,128}+)"
        r"(?P<rest>\s{1,8}/[a-z])?",
        lambda match: _is_password(match) and bool(match["rest"] or is_random(match["secret"], 6)),
        hint=r"(?i:net1?(?:\.exe)?[\"']?\s{1,8}user\s)",
    ),
    make_detector(
        "password of a command of Windows",
        "\\",
        r"(?i:\buse\s{1,8}[^\n]{1,160}?/user:\S{1,64}\s{1,8})(?P<secret>[^\s/*\"\\][^\s\"\\]{3,128}+)",
        _is_password,
        hint="/[uU][sS][eE][rR]:",
    ),
    make_detector(
        "password of a command of Windows",
        "\\",
        r"(?i:\buse\s{1,8}(?:\w:\s{1,8})?\\{2,8}\S{1,160}\s{1,8})(?P<secret>[^\s/*\"\\][^\s\"\\]{3,128}+)(?=\s{1,8}/)",
        _is_password,
        hint="/[uU][sS][eE][rR]:",
    ),
    make_detector(
        "password of a command of Windows",
        "schtasks",
        r"(?i:\bschtasks\b[^\n|]{0,200}?\s/r?p\s{1,8})[\"']?(?P<secret>[^\s/*\"'\\][^\s\"'\\]{3,128}+)",
        _is_password,
    ),
    make_detector(
        "login of Oracle's tools",
        "/",
        rf"\b(?:sqlplus|sqlldr|expdp|impdp|rman)\b{_COMMAND_LINE}[\w.$#]{{1,64}}/(?P<secret>[^\s@/\"'\\]{{3,128}}+)(?=@)",
        _is_password,
        hint="sqlplus|sqlldr|expdp|impdp|rman ",
    ),
    make_detector(
        "password for a file of passwords",
        "htpasswd",
        r"\bhtpasswd\s{1,8}-\w{0,8}b\w{0,8}\s{1,8}\S{1,256}\s{1,8}\S{1,128}\s{1,8}(?P<secret>[^\s\"'\\]+)",
        _is_password,
    ),
    make_detector(
        "input of chpasswd",
        "chpasswd",
        r"\b[\w.-]{1,64}:(?P<secret>[^\s:\"'\\|<>]{4,128}+)[\"']?\s{0,8}\|\s{0,8}(?:sudo\s{1,8})?chpasswd",
        _is_password,
    ),
    make_detector(
        "short password flag",
        " -",
        r"(?<=\s)-p(?P<q>['\"])(?P<secret>[^\s'\"\\$]{4,256}+)(?P=q)",
        hint=r"-p['\"]",
    ),
    make_detector(
        "password of a wireless network",
        "wpa_passphrase ",
        r"\bwpa_passphrase[ \t]{1,8}(?:\"[^\"\n]{1,64}+\"|[^\s=:\"]{1,64}+)"
        r"[ \t]{1,8}[\"']?(?P<secret>[^\s\"'\\<]{8,63}+)",
        _is_password,
    ),
    make_detector(
        "community of a router",
        "-server ",
        r"\bsnmp-server[ \t]{1,8}community[ \t]{1,8}(?!(?:public|private)\b)(?P<secret>[^\s\"'\\<]{4,64}+)",
        _is_password,
    ),
    make_detector(
        "key of a router",
        "-server ",
        r"\b(?:tacacs|radius)-server[ \t][^\n]{0,100}?\bkey[ \t]{1,8}(?:\d[ \t]{1,8})?"
        r"(?P<secret>[^\s\"'\\<]{4,128}+)",
        _is_password,
    ),
    make_detector(
        "SQL password",
        "identified",
        r"(?i:\bidentified(?:\s{1,8}with\s{1,8}\S{1,64})?\s{1,8}(?:by|as))\s{1,8}\\{0,8}['\"](?P<secret>[^'\"\\<]+)",
    ),
)
"""Detectors of them."""
