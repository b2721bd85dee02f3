"""Secrets that are recognised by their own look: private keys, credentials in URLs, e-mail addresses."""

import re
from typing import Final

from processors.knowledge.redaction.detectors import make_detector
from processors.knowledge.redaction.values import is_personal_address, is_placeholder, is_random


def _is_no_placeholder(match: re.Match[str]) -> bool:
    return not is_placeholder(match["secret"])


PRIVATE_KEY: Final = make_detector(
    "private key",
    "private key",
    # To the end mark or, in a text that was cut off, to the end of the quotes.
    r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
    r"(?P<secret>[^\"'{}<-]++(?:-(?!----END)[^\"'{}<-]*+)*+)",
)
"""Found before anything else: what is inside a key must not be taken for something else."""

_URL_LOGIN: Final = (
    r":(?:\\{0,4}/){2}[^\s:/@\"'<>\\]{0,256}+:(?!\d{1,5}/)(?=[^@]{1,1024}@)"
    r"(?P<secret>[^\s@\"'<>\\]{1,1024}+(?:@[^\s@\"'<>\\]{0,256}+){0,3}?)@(?=[\w.\[-]{1,256}+(?:[^\w.@-]|\Z))"
)

FORMATS: Final = (
    make_detector(
        "lines of a private key",
        "private key",
        r"(?<![\w+/])(?P<secret>[A-Za-z0-9+/]{56,76}={0,2})(?![\w+/])",
    ),
    make_detector("password in a URL", "://", _URL_LOGIN, _is_no_placeholder),
    make_detector("password in an escaped URL", "\\", _URL_LOGIN, _is_no_placeholder, hint=r":\\{1,4}/"),
    make_detector(
        "token in a URL",
        "://",
        r":(?:\\?/){2}(?P<secret>[^\s:/@\"'<>\\?#]{16,256}+)@(?=[\w\[])",
        lambda match: is_random(match["secret"], 16),
        hint=r"[A-Za-z0-9_-]{10}@",
    ),
    make_detector(
        "login of a thin client",
        "@",
        r":thin:[^/\s\"'@]{1,64}+/(?P<secret>[^@\s\"'\\]{3,128}+)@",
        hint=":thin:",
    ),
    make_detector(
        "hash of a password",
        "$",
        r"(?P<secret>\$(?:2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}"
        r"|(?:[1567y]|gy|apr1|md5|sha1|scrypt|argon2\w{1,2}|bcrypt\w{0,16}|pbkdf2\w{0,16}(?:-\w{1,10})?)"
        r"\$[\w./+=,$-]{16,256}+)|(?<![\w$])(?:pbkdf2_|bcrypt_)\w{3,10}\$[\w./+=,$-]{24,256}+)",
        hint=r"\$(?:[12567y][abxy]?|gy|apr1|md5|sha1|scrypt|argon2|bcrypt|pbkdf2)[\w-]{0,20}\$|(?:pbkdf2|bcrypt)_",
    ),
    make_detector(
        "hash of an LDAP password",
        "{s",
        # In hexadecimal it is OpenStack's, of a token.
        r"\{S(?:SHA|HA|MD5)(?:256|384|512)?\}(?!(?:[0-9a-f]{2}){20,64}\b)(?P<secret>[\w./+=-]{16,256}+)",
    ),
    make_detector(
        "PuTTY key",
        "user-key-file",
        r"Private-Lines: \d{1,3}(?:\\[rn]|\s){1,4}+"
        r"(?P<secret>[A-Za-z0-9+/=]{16,}(?:(?:\\[rn]|\s){1,4}[A-Za-z0-9+/=]{4,}+)*+)",
    ),
    make_detector(
        "password in an address",
        "@",
        # Such as bob:hunter22@db:5432 and bob:hunter22@db/prod; name:tag@sha256 is an image.
        r"(?<![\w/.-])[\w.-]{1,256}+:(?P<secret>[^\s:@/\"'<>\\]{4,512}+)@(?!sha\d)[\w.-]{1,256}+(?::\d{2,5}\b|/\w)",
        _is_no_placeholder,
        hint=r"@(?!sha\d)[\w.-]{1,256}+(?::\d|/\w)",
    ),
    make_detector(
        "signature of an AWS URL",
        "?",
        r"X-Amz-(?:Signature|Security-Token)=(?P<secret>[\w%.-]{16,})",
        hint="X-Amz-S",
    ),
    make_detector(
        "Azure client secret", "~", r"(?<![\w~.-])[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~-])", hint="8Q~"
    ),
    make_detector(
        "Slack webhook",
        "hook",
        r"(?i:hooks\.slack\.com/(?:services|workflows|triggers)/)(?P<secret>[\w/-]{16,})",
    ),
)

EMAIL: Final = make_detector(
    "e-mail address",
    "@",
    r"(?<![\w.%+/-])(?P<secret>[A-Za-z0-9_](?:[\w.%+-]{0,62}[\w%+-])?"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24})(?![\w-]|\.\w)",
    lambda match: is_personal_address(match["secret"]),
    hint=r"@[A-Za-z0-9-]+\.[A-Za-z]",
)
