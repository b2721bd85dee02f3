"""Secrets that are recognised by their own look: private keys, credentials in URLs, e-mail addresses."""

import re
from typing import Final

from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector

from processors.redaction.detectors import make_detector
from processors.redaction.values import is_personal_address, is_placeholder


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
    r":(?:\\?/){2}[^\s:/@\"'<>\\]{0,256}+:(?!\d{1,5}/)(?=[^@]{1,1024}@)"
    r"(?P<secret>[^\s@\"'<>\\]{1,1024}+(?:@[^\s@\"'<>\\]{0,256}+){0,3}?)@(?=[\w.\[-]{1,256}+(?:[^\w.@-]|\Z))"
)

FORMATS: Final = (
    make_detector(
        "lines of a private key",
        "private key",
        r"(?<![\w+/])(?P<secret>[A-Za-z0-9+/]{56,76}={0,2})(?![\w+/])",
    ),
    make_detector("password in a URL", "://", _URL_LOGIN, _is_no_placeholder),
    make_detector("password in an escaped URL", r":\/\/", _URL_LOGIN, _is_no_placeholder),
    make_detector(
        "password in an address",
        "@",
        # Such as bob:hunter22@db:5432 and bob:hunter22@db/prod; name:tag@sha256 is an image.
        r"(?<![\w/.-])[\w.-]{1,256}+:(?P<secret>[^\s:@/\"'<>\\]{4,512}+)@(?!sha\d)[\w.-]{1,256}+(?::\d{2,5}\b|/\w)",
        _is_no_placeholder,
        hint=r"@(?!sha\d)[\w.-]{1,256}+(?::\d|/\w)",
    ),
    make_detector(
        "signature of an AWS URL", "x-amz-", r"X-Amz-(?:Signature|Security-Token)=(?P<secret>[\w%.-]{16,})"
    ),
    make_detector("Azure storage key", "accountkey=", AzureStorageKeyDetector.denylist[0].pattern),
    make_detector("Azure client secret", "8q~", r"(?<![\w~.-])[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~-])"),
    make_detector(
        "Slack webhook",
        "hooks.slack",
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
