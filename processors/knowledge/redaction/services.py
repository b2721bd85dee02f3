"""Secrets that are recognised by the line in which one service or language writes them."""

import re
from typing import Final

from processors.knowledge.redaction.detectors import Detector, make_detector
from processors.knowledge.redaction.values import is_placeholder

_VARIABLE: Final = re.compile(r"\$\{?[A-Za-z]\w*(?::\w+)?\}?")


def _is_written_out(match: re.Match[str]) -> bool:
    return not (is_placeholder(match["secret"]) or _VARIABLE.fullmatch(match["secret"]))


SERVICES: Final[tuple[Detector, ...]] = (
    make_detector(
        "first password of Jenkins",
        "password to proceed",
        r"following password to proceed to installation:(?:\s|\\+[nr]|\*){1,16}(?P<secret>[0-9a-f]{32})\b",
    ),
    make_detector(
        "argument in a stack trace of PHP",
        "', '",
        # The password is the third: behind an address and a user.
        r"(?:(?:PDO|mysqli)->(?:__construct|(?:real_)?connect)|(?:mysqli|oci|odbc)_(?:real_)?p?connect|imap_open)"
        r"\((?:'[^'\n]{0,200}+', ){2}'(?P<secret>[^'\n]{4,128}+)'",
        _is_written_out,
        hint=r"PDO->|mysqli->|(?:mysqli|oci|odbc)_|imap_open",
    ),
    make_detector(
        "argument in a stack trace of PHP",
        "->auth('",
        r"Redis\w{0,16}->auth\('(?P<secret>[^'\n]{4,128}+)'",
        _is_written_out,
    ),
    *(
        # Behind a connection and a user.
        make_detector(
            "argument in a stack trace of PHP",
            "', '",
            rf"{name}\([^,()\n]{{1,64}}(?:\([^()\n]{{0,64}}\))?, '[^'\n]{{0,200}}+', "
            r"'(?P<secret>[^'\n]{4,128}+)'",
            _is_written_out,
            hint=name,
        )
        for name in ("ldap_bind", "ftp_login", "ssh2_auth_password")
    ),
    *(
        make_detector(
            "password in a term of Erlang",
            literal,
            r"\{'?(?:\w{0,32}pass(?:word|wd)?|passphrase|plaintext|secret_key|erlang_cookie)'?,\s{0,8}"
            r"(?:<<)?\\{0,8}\"(?P<secret>[^\"\\\n]{4,256}+)",
            _is_written_out,
        )
        for literal in ("<<", "password,")
    ),
    make_detector(
        "password in a command of Redis",
        '"auth"',
        r"\"(?i:AUTH2?)\" (?:\"[^\"\n]{1,64}+\" (?=\"))?\"(?P<secret>[^\"\n]{4,256}+)\"",
    ),
    *(
        make_detector(
            "password in the settings of Redis",
            literal,
            r"(?i:\"SET\" \"requirepass\"|\"SETUSER\"(?: \"[^\"\n>]{1,64}+\"){1,8}?)"
            r" \">?(?P<secret>[^\"\n]{4,256}+)\"",
        )
        for literal in ("requirepass", "setuser")
    ),
    make_detector(
        "password in PowerShell",
        " -",
        r"(?i:ConvertTo-SecureString(?:\s{1,8}-(?!Key\b)\w{1,16}){0,4}\s{1,8})\\{0,8}[\"'](?P<secret>[^\"'\\\n]{4,256}+)",
        _is_written_out,
        hint="[Ss]ecure[Ss]tring|SECURESTRING",
    ),
    make_detector(
        "password in PowerShell",
        "networkcredential",
        r"(?i:NetworkCredential(?:\]::new)?\s{0,4}\(\s{0,4})\\{0,8}[\"'][^\"'\n]{0,128}+[\"'],\s{0,8}\\{0,8}[\"']"
        r"(?P<secret>[^\"'\\\n]{4,256}+)",
        _is_written_out,
    ),
    make_detector(
        "digest of ZooKeeper",
        "digest",
        r"(?i:superDigest=|\bdigest:|\bdigest',\s?')[\w.@-]{1,64}+:(?P<secret>[A-Za-z0-9+/]{20,64}={0,2})",
    ),
    make_detector(
        "login of ZooKeeper",
        "addauth",
        r"\baddauth\s{1,8}digest\s{1,8}[\w.@-]{1,64}+:(?P<secret>[^\s\"'\\]{4,128}+)",
        _is_written_out,
    ),
    make_detector(
        "identifier that is a secret",
        "secret",
        # Of a token of Consul and Nomad, or of a role of Vault.
        r"(?i:\bsecret[_ ]?id)\\{0,8}[\"']?\s{0,8}[:=]?\s{0,24}\\{0,8}[\"']?"
        r"(?P<secret>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b",
        hint=r"(?:secret|Secret|SECRET)[_ ]?(?:id|Id|ID)",
    ),
)
"""Detectors of them."""
