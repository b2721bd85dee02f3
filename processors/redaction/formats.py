"""Secrets that are recognised by their own look: vendors' tokens, private keys, credentials in URLs, e-mail.

What detect-secrets knows well is taken from its plugins: their compiled patterns are applied to text. Its
patterns for JSON web tokens, GitHub and npm give back only a part of the token; for those there are our own.

Each detector has a hint, a pattern that begins with a fixed text. Searching for such a one costs a third of a
microsecond, for the pattern proper up to a hundred times that, and most log lines hold no hint at all.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from processors.redaction.values import is_personal_address, is_placeholder, is_random

Accepts = Callable[[re.Match[str]], bool]


class Detector(NamedTuple):
    """Finds one kind of secret.

    Attributes:
        kind: What it finds.
        hint: Where this isn't found, the pattern isn't tried.
        pattern: The secret is the first group with a name of `SECRET_GROUPS`, else the whole match.
        accepts: Has the last word on a match.
    """

    kind: str
    hint: re.Pattern[str]
    pattern: re.Pattern[str]
    accepts: Accepts


SECRET_GROUPS: Final = frozenset({"secret", "quoted", "escaped", "bare", "number", "double", "single"})


def make_detector(kind: str, hint: str, pattern: str, accepts: Accepts = lambda _: True) -> Detector:
    """Return a detector of compiled patterns."""
    return Detector(kind, re.compile(hint), re.compile(pattern), accepts)


def _take_from_library(kind: str, hint: str, *patterns: re.Pattern[str]) -> Detector:
    """Return a detector of a plugin's patterns, each at the beginning of a word."""
    alternatives = [f"(?i:{p.pattern})" if p.flags & re.IGNORECASE else p.pattern for p in patterns]
    return make_detector(kind, hint, rf"(?<![A-Za-z0-9])(?:{'|'.join(alternatives)})")


def _is_no_placeholder(match: re.Match[str]) -> bool:
    return not is_placeholder(match["secret"])


PRIVATE_KEY: Final = make_detector(
    "private key",
    "PRIVATE KEY",
    # To the end mark or, in a text that was cut off, to the end of the quotes.
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?P<secret>[^\"'{}<-]+(?:-(?!----END)[^\"'{}<-]*)*)",  # noqa: E501
)
"""Found before anything else: what is inside a key must not be taken for something else."""

FORMATS: Final = (
    make_detector(
        "lines of a private key",
        "PRIVATE KEY",
        r"(?<![\w+/])(?P<secret>[A-Za-z0-9+/]{56,76}={0,2})(?![\w+/])",
    ),
    make_detector(
        "password in a URL",
        r":\\?/\\?/",
        r":(?:\\?/){2}[^\s:/@\"'<>\\]*:(?!\d{1,5}/)(?P<secret>[^\s\"'<>\\]+?)@(?=[\w.\[-]+(?:[^\w.@-]|$))",
        _is_no_placeholder,
    ),
    make_detector(
        "password in an address",
        r"@(?!sha\d)[\w.-]+(?::\d|/\w)",
        # Such as bob:hunter22@db:5432 and bob:hunter22@db/prod; name:tag@sha256 is an image.
        r"(?<![\w/.-])[\w.-]+:(?P<secret>[^\s:@/\"'<>\\]{4,})@(?!sha\d)[\w.-]+(?::\d{2,5}\b|/\w)",
        _is_no_placeholder,
    ),
    make_detector("JSON web token", "eyJ", r"eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*"),
    _take_from_library("AWS access key", "A(?:KIA|SIA|BIA|CCA|3T)", AWSKeyDetector.denylist[0]),
    make_detector(
        "signature of an AWS URL", "X-Amz-", r"X-Amz-(?:Signature|Security-Token)=(?P<secret>[\w%.-]{16,})"
    ),
    make_detector("Google API key", "AIza", r"\bAIza[\w-]{35}"),
    make_detector("Google access token", r"ya29\.", r"\bya29\.[\w.-]{20,}"),
    make_detector("Google client secret", "GOCSPX-", r"\bGOCSPX-[\w-]{20,}"),
    _take_from_library("Azure storage key", "AccountKey=", *AzureStorageKeyDetector.denylist),
    make_detector("Azure client secret", "8Q~", r"(?<![\w~.-])[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~-])"),
    make_detector(
        "GitHub token",
        "gh[pousr]_|github_pat_",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})",
    ),
    _take_from_library("GitLab token", "gl[a-z]{2,5}-", *GitLabTokenDetector.denylist),
    _take_from_library("GitLab runner token", "GR1348941", *GitLabTokenDetector.denylist),
    _take_from_library("Slack webhook", "hooks.slack", *SlackDetector.denylist),
    make_detector("Slack token", "x(?:ox[a-z]|app)-", r"\b(?:xox[a-z]|xapp)-[\w-]{10,}"),
    _take_from_library("Stripe live key", "k_live_", *StripeDetector.denylist),
    make_detector("Stripe key", "k_(?:live|test)_", r"\b[srp]k_(?:live|test)_\w{16,}"),
    make_detector("Stripe webhook secret", "whsec_", r"\bwhsec_[\w+/=]{16,}"),
    _take_from_library("Twilio account", "AC[0-9a-z]{32}", *TwilioKeyDetector.denylist),
    _take_from_library("Twilio key", "SK[0-9a-z]{32}", *TwilioKeyDetector.denylist),
    _take_from_library("SendGrid key", r"SG\.", *SendGridDetector.denylist),
    _take_from_library("PyPI token", "pypi-AgE", *PypiTokenDetector.denylist),
    make_detector("npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}"),
    _take_from_library("Square key", "sq0csp-", *SquareOAuthDetector.denylist),
    _take_from_library("Mailchimp key", r"-us\d", *MailchimpDetector.denylist),
    _take_from_library("Telegram bot token", r":AA[\w-]{33}", *TelegramBotTokenDetector.denylist),
    _take_from_library("Discord bot token", r"\.[\w-]{6}\.[\w-]{27}", *DiscordBotTokenDetector.denylist),
    make_detector(
        "OpenAI or Anthropic key",
        r"sk-[\w-]{20}",
        r"(?<![\w-])(?P<secret>sk-[A-Za-z0-9][\w-]{18,}[A-Za-z0-9])",
        lambda match: is_random(match["secret"]),
    ),
    make_detector("Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{30,}"),
    make_detector("Docker token", "dckr_", r"\bdckr_[po]at_[\w-]{20,}"),
    make_detector("Vault token", r"hv[sb]\.", r"\bhv[sb]\.[\w-]{20,}"),
    make_detector("age key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    make_detector("Grafana token", "gl(?:sa|c)_", r"\bgl(?:sa|c)_[\w+/=]{20,}"),
    make_detector("DigitalOcean token", "dop_v1_", r"\bdop_v1_[0-9a-f]{64}"),
)  # fmt: skip

EMAIL: Final = make_detector(
    "e-mail address",
    r"@[A-Za-z0-9-]+\.[A-Za-z]",
    r"(?<![\w.%+/-])(?P<secret>[A-Za-z0-9_](?:[\w.%+-]{0,62}[\w%+-])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+"
    r"[A-Za-z]{2,24})(?![\w-]|\.\w)",
    lambda match: is_personal_address(match["secret"]),
)
