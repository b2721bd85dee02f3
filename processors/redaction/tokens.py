"""Tokens whose beginning says who issued them.

What detect-secrets knows well is taken from its plugins: their compiled patterns are applied to text. Its
patterns for JSON web tokens, GitHub and npm give back only a part of the token; for those there are our own.

All tokens hold a run of fifteen letters and digits or more. So a text is searched for such runs, in a
microsecond, and only what stands at one is compared with the beginnings of tokens.
"""

import re
from collections.abc import Iterator
from typing import Final

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from processors.redaction.detectors import ALWAYS, Detector, make_detector
from processors.redaction.replacing import Accepts
from processors.redaction.values import is_random

_RUN: Final = 15
_IN_RUN: Final = bytes(
    ord("x") if (chr(code).isalnum() and code < 128) or chr(code) in "_-" else ord(" ") for code in range(256)
)
_LOOK_BACK: Final = 10


def _take(hint: str, pattern: str, accepts: Accepts = lambda _: True) -> Detector:
    return make_detector("token", ALWAYS, pattern, accepts, hint=hint)


def _take_from_library(hint: str, *patterns: re.Pattern[str]) -> Detector:
    """Return a detector of a plugin's patterns, each at the beginning of a word."""
    alternatives = [f"(?i:{p.pattern})" if p.flags & re.IGNORECASE else p.pattern for p in patterns]
    return _take(hint, rf"(?<![A-Za-z0-9])(?:{'|'.join(alternatives)})")


TOKENS: Final = (
    _take("eyJ", r"eyJ[A-Za-z0-9_-]{8,1024}+\.[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]*+)*+"),
    _take_from_library("A(?:KIA|SIA|BIA|CCA|3T)", AWSKeyDetector.denylist[0]),
    _take("AIza", r"\bAIza[\w-]{35}"),
    _take(r"ya29\.", r"\bya29\.[\w.-]{20,}"),
    _take("GOCSPX-", r"\bGOCSPX-[\w-]{20,}"),
    _take("gh[pousr]_|github_pat_", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})"),
    _take_from_library("gl[a-z]{2,5}-|GR1348941", *GitLabTokenDetector.denylist),
    _take("x(?:ox[a-z]|app)-", r"\b(?:xox[a-z]|xapp)-[\w-]{10,}"),
    _take("[srp]k_(?:live|test)_", r"(?<![A-Za-z0-9])[srp]k_(?:live|test)_\w{16,}"),
    _take("whsec_", r"\bwhsec_[\w+/=]{16,}"),
    _take_from_library("AC[0-9a-z]{32}|SK[0-9a-z]{32}", *TwilioKeyDetector.denylist),
    _take_from_library(r"SG\.", *SendGridDetector.denylist),
    _take_from_library("pypi-AgE", *PypiTokenDetector.denylist),
    _take("npm_", r"\bnpm_[A-Za-z0-9]{36}"),
    _take_from_library("sq0csp-", *SquareOAuthDetector.denylist),
    _take_from_library(r"-us\d", *MailchimpDetector.denylist),
    _take_from_library(r":[A-Za-z0-9_-]{35}(?![\w-])", *TelegramBotTokenDetector.denylist),
    _take_from_library(r"\.[\w-]{6}\.[\w-]{27}", *DiscordBotTokenDetector.denylist),
    _take(
        "sk-[A-Za-z0-9]",
        r"(?<![\w-])(?P<secret>sk-[A-Za-z0-9][\w-]{18,}[A-Za-z0-9])",
        lambda match: is_random(match["secret"]),
    ),
    _take("hf_", r"\bhf_[A-Za-z0-9]{30,}"),
    _take("dckr_", r"\bdckr_[po]at_[\w-]{20,}"),
    _take(r"hv[sb]\.", r"\bhv[sb]\.[\w-]{20,}"),
    _take("AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    _take("gl(?:sa|c)_", r"\bgl(?:sa|c)_[\w+/=]{20,}"),
    _take("dop_v1_", r"\bdop_v1_[0-9a-f]{64}"),
)
"""Each kind of token by its issuer."""

_BEGINNINGS: Final = re.compile("|".join(f"(?:{token.hint.pattern})" for token in TOKENS))


def find_runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where runs of letters, digits, dashes and underscores begin and end, the long ones only.

    Example:
        >>> list(find_runs("id 0123456789abcdef, é"))
        [(3, 19)]
    """
    classes = text.encode("latin-1", "replace").translate(_IN_RUN)
    wanted = b"x" * _RUN
    begin = classes.find(wanted)
    while begin >= 0:
        end = classes.find(b" ", begin)
        end = end if end >= 0 else len(classes)
        yield begin, end
        begin = classes.find(wanted, end)


def find_tokens(text: str, runs: list[tuple[int, int]]) -> list[Detector]:
    """Return the detectors of the tokens that may stand at a text's runs."""
    if not any(_BEGINNINGS.search(text, max(0, begin - _LOOK_BACK), end) for begin, end in runs):
        return []
    return [token for token in TOKENS if token.hint.search(text)]
