"""Tokens whose beginning says who issued them.

What detect-secrets knows well is taken from its plugins: their compiled patterns are applied to text. Its
patterns for JSON web tokens, GitHub and npm give back only a part of the token; for those there are our own.
"""

import re
from typing import Final, NamedTuple

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from processors.knowledge.redaction.detectors import Detector, make_detector
from processors.knowledge.redaction.replacing import Accepts
from processors.knowledge.redaction.values import is_mixed, is_random


class Issuer(NamedTuple):
    """Whose tokens they are.

    Attributes:
        heads: How a token begins, three signs at least.
        detector: Finds the whole token.
    """

    heads: tuple[str, ...]
    detector: Detector


def _issue(heads: str, pattern: str, accepts: Accepts = lambda _: True) -> Issuer:
    """Return an issuer whose tokens stand alone, with nothing of a word before them.

    Args:
        heads: How tokens begin, separated by spaces.
        pattern: Of the whole token.
        accepts: Has the last word.
    """
    return Issuer(
        tuple(heads.split()), make_detector("token", "", rf"(?<![A-Za-z0-9])(?:{pattern})", accepts)
    )


def _mix(heads: str, pattern: str) -> Issuer:
    """Return an issuer whose tokens begin like a word, so they must mix letters and digits."""
    return _issue(heads, rf"(?:{pattern})(?![A-Za-z0-9_-])", lambda match: is_mixed(match.group()))


def _from_library(heads: str, *patterns: re.Pattern[str]) -> Issuer:
    return _issue(heads, "|".join(pattern.pattern for pattern in patterns))


_HEX: Final = "0123456789abcdef"

ISSUERS: Final = (
    _from_library("AKIA ASIA ABIA ACCA A3T", AWSKeyDetector.denylist[0]),
    _issue("AIza", r"AIza[\w-]{35}"),  # Google
    _issue("GOCSPX-", r"GOCSPX-[\w-]{20,}"),  # Google
    _issue("ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{36,255}"),
    _issue("github_pat_", r"github_pat_\w{22,255}"),
    _from_library(
        "glpat- gldt- glft- glsoat- glrt- glcbt- glimt- glptt- glagent- gloas- GR1348941",
        *GitLabTokenDetector.denylist,
    ),
    _issue(
        "glptt- glffct- glsoat- gloas- glagent- glwt-", r"gl(?:ptt|ffct|soat|oas|agent|wt)-[\w-]{20,1024}+"
    ),
    _issue("glsa_ glc_", r"gl(?:sa|c)_[\w+/=]{20,}"),  # Grafana
    _issue(
        " ".join(f"xox{kind}-" for kind in "abcdeoprs") + " xapp- xwfp-", r"(?:xox[a-z]|xapp|xwfp)-[\w-]{10,}"
    ),
    _issue(
        "sk_live_ sk_test_ rk_live_ rk_test_ pk_live_ pk_test_", r"[srp]k_(?:live|test)_\w{16,}"
    ),  # Stripe
    _issue("whsec_", r"whsec_[\w+/=]{16,}"),  # Stripe
    _from_library(" ".join(f"AC{sign} SK{sign}" for sign in _HEX), *TwilioKeyDetector.denylist),
    _from_library("pypi-AgE", *PypiTokenDetector.denylist),
    _issue("npm_", r"npm_[A-Za-z0-9]{36}"),
    _from_library("sq0csp-", *SquareOAuthDetector.denylist),
    _issue("sq0atp- sq0idp-", r"sq0(?:atp|idp)-[\w-]{22,43}+"),
    _mix("EAAA", r"EAAA[\w-]{60}"),  # Square
    _mix("EAAC EAAM EAAB EAAG", r"EAA[A-Z][A-Za-z0-9]{60,400}+"),  # Facebook
    _issue("CLOJARS_", r"CLOJARS_[0-9a-f]{60}"),
    _mix("tfp_", r"tfp_[\w-]{40,70}+"),  # Typeform
    _issue("key-", r"key-[0-9a-f]{32}(?![\w-])"),  # Mailgun
    _issue("rubygems_", r"rubygems_[0-9a-f]{48}"),
    _mix("cio", r"cio[A-Za-z0-9]{32}"),  # crates.io
    _issue("oy2", r"oy2[a-z0-9]{43}(?![\w-])"),  # NuGet
    _issue("dapi", r"dapi[0-9a-f]{32}(?:-\d)?(?![\w-])"),  # Databricks
    _issue("NRAK- NRII- NRRA- NRJS-", r"NR(?:AK|II|RA|JS)-[\w-]{19,64}+"),  # New Relic
    _issue("sntrys_ sntryu_", r"sntry[su]_[\w+/=-]{40,512}+"),  # Sentry
    _issue("lin_api_ lin_oauth_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,64}+"),  # Linear
    _mix("secret_ ntn_", r"(?:secret|ntn)_[A-Za-z0-9]{40,50}+"),  # Notion
    _issue("figd_", r"figd_[\w-]{36,64}+"),  # Figma
    _issue("shpat_ shpca_ shppa_ shpss_ shptka_", r"shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{32}"),  # Shopify
    _mix("gsk_", r"gsk_[A-Za-z0-9]{40,64}+"),  # Groq
    _mix("r8_", r"r8_[A-Za-z0-9]{37}"),  # Replicate
    _issue("pcsk_", r"pcsk_(?:[A-Za-z0-9]{4,8}_)?[A-Za-z0-9]{50,80}+"),  # Pinecone
    _issue("hf_", r"hf_[A-Za-z0-9]{30,}"),  # Hugging Face
    _issue("dckr_pat_ dckr_oat_", r"dckr_[po]at_[\w-]{20,}"),  # Docker
    _mix("LTAI", r"LTAI[A-Za-z0-9]{12,24}+"),  # Alibaba
    _mix("AQVN", r"AQVN[\w-]{30,60}+"),  # Yandex Cloud
    _mix("y0_ y1_ y2_ y3_", r"y[0-3]_[\w-]{50,64}+"),  # Yandex
    _issue("AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    _issue("dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[0-9a-f]{64}"),  # DigitalOcean
    _issue("PMAK-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),  # Postman
    _issue("pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{32,64}+"),  # PlanetScale
    _issue("ATATT3 ATCTT3", r"AT[AC]TT3[\w-]{50,512}+(?:=[0-9A-F]{8})?"),  # Atlassian
    _mix("ATBB", r"ATBB[A-Za-z0-9]{32}"),  # Bitbucket
    _issue("tskey-", r"tskey-[a-z]{3,6}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,48}+"),  # Tailscale
    _mix("AKCp", r"AKCp[A-Za-z0-9]{60,80}+"),  # JFrog
    _mix("cmVmdGtu", r"cmVmdGtu[A-Za-z0-9]{56}"),  # Artifactory
    _mix("xai-", r"xai-[A-Za-z0-9]{60,90}+"),
    _mix("pplx-", r"pplx-[A-Za-z0-9]{40,60}+"),  # Perplexity
    _issue("lsv2_pt_ lsv2_sk_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),  # LangSmith
    _issue("sbp_", r"sbp_[0-9a-f]{40}"),  # Supabase
    _issue("HRKU-", r"HRKU-[\w-]{36,80}+"),  # Heroku
    _issue("pul-", r"pul-[0-9a-f]{40}"),  # Pulumi
    _issue("fm1_ fm2_", r"fm[12]_[\w+/=-]{60,}"),  # Fly
    _issue("xkeysib-", r"xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),  # Brevo
    _mix("EZAK EZTK", r"EZ[AT]K[A-Za-z0-9]{54}"),  # EasyPost
    _issue("shippo_", r"shippo_(?:live|test)_[0-9a-f]{40}"),
    _mix("nfp_", r"nfp_[A-Za-z0-9]{36,64}+"),  # Netlify
    _mix("rnd_", r"rnd_[A-Za-z0-9]{28,40}+"),  # Render
    _mix("CFPAT-", r"CFPAT-[\w-]{43}"),  # Contentful
    _issue(
        "sk-",
        r"(?<!-)(?P<secret>sk-[A-Za-z0-9][\w-]{18,}[A-Za-z0-9])",  # OpenAI, Anthropic, and others alike
        lambda match: is_random(match["secret"]),
    ),
)
"""Those whose tokens begin with a long run of letters, digits, dashes and underscores."""

JSON_WEB_TOKEN: Final = make_detector(
    "JSON web token", "", r"eyJ[A-Za-z0-9_-]{8,1024}+\.[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]*+)*+"
)

DOTTED: Final = tuple(
    make_detector("token", "", pattern)
    for pattern in (
        r"(?<![A-Za-z0-9])ya29\.[\w.-]{20,}",  # Google
        r"(?<![A-Za-z0-9])hv[sb]\.[\w-]{20,}",  # Vault
        *(rf"(?<![A-Za-z0-9]){pattern.pattern}" for pattern in SendGridDetector.denylist),
        *(rf"(?<![A-Za-z0-9]){pattern.pattern}" for pattern in TelegramBotTokenDetector.denylist),
        *(rf"(?<![A-Za-z0-9]){pattern.pattern}" for pattern in DiscordBotTokenDetector.denylist),
        r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}+",  # Terraform Cloud
        r"(?<![A-Za-z0-9])pat[A-Za-z0-9]{14}\.[0-9a-f]{64}",  # Airtable
        r"(?<![A-Za-z0-9])t1\.[\w=-]{4,512}+\.[\w=-]{80,128}+",  # Yandex Cloud
        r"(?<![A-Za-z0-9])AAAA[\w-]{7}:APA91b[\w-]{100,200}+",  # Firebase
        r"(?<![A-Za-z0-9])vk1\.a\.[\w-]{60,512}+",
        r"(?<![A-Za-z0-9])dp\.[a-z]{2,5}\.(?:[\w-]{1,40}\.)?[A-Za-z0-9]{40,44}",  # Doppler
        r"(?<![A-Za-z0-9])dt0[a-z]\d\d\.[A-Z0-9]{8,24}\.[A-Z0-9]{64}",  # Dynatrace
        r"(?<![A-Za-z0-9])v1\.0-[0-9a-f]{24}-[0-9a-f]{146}",  # Cloudflare
        r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}",  # PayPal
    )
)
"""Those of which a part before the long run ends with a dot, a colon or a dollar sign."""

DOTTED_HEAD: Final = re.compile(
    r"(?:ya29|hv[sb]|SG|\d{8,10}|\.[\w-]{6}|atlasv1|pat[A-Za-z0-9]{14}|t1(?:\.[\w=-]{4,16})?|AAAA[\w-]{7}|vk1\.a|dp\.[a-z]{2,5}|dt0[a-z]\d\d|v1"
    r"|sandbox|production)[.:$]\Z"
)
"""The part before."""

MAILCHIMP: Final = make_detector("token", "", rf"(?<![A-Za-z0-9]){MailchimpDetector.denylist[0].pattern}")
