"""Secrets of twenty kinds in the formats that they really have.

Prefixes are put together and bodies drawn at run time, so that no scanner takes this file for a leak.
"""

import base64
import json
import string
from collections.abc import Callable
from typing import Final

from evaluation.benchmarks.secret_texts.drawing import ALNUM, BASE64, HEX, URL64, Draw, pick

# Without what ends a word in a shell, a URL or a list.
_TYPED: Final = ALNUM + "!#%^*+~_-."


def _password(draw: Draw) -> str:
    return pick(draw, ALNUM, 1) + pick(draw, _TYPED, draw.randint(7, 18)) + pick(draw, ALNUM, 3)


def _private_key(draw: Draw) -> str:
    kind = draw.choice(("RSA ", "EC ", "OPENSSH ", ""))
    lines = [pick(draw, BASE64, 64) for _ in range(draw.randint(3, 12))] + [pick(draw, BASE64, 30) + "=="]
    frame = "-" * 5
    return "\n".join(
        (f"{frame}BEGIN {kind}PRIVATE KEY{frame}", *lines, f"{frame}END {kind}PRIVATE KEY{frame}")
    )


def _jwt(draw: Draw) -> str:
    def part(body: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")

    head = part({"alg": "RS256", "kid": pick(draw, URL64, 20)})
    claims = {"iss": "kubernetes/serviceaccount", "sub": f"system:serviceaccount:shop:{pick(draw, HEX, 8)}"}
    return f"{head}.{part(claims)}.{pick(draw, URL64, 86)}"


def _email(draw: Draw) -> str:
    name = f"{draw.choice(('anna', 'ivan', 'li', 'omar'))}.{pick(draw, string.ascii_lowercase, 7)}"
    return f"{name}{draw.randint(10, 99)}@{draw.choice(('acme', 'globex', 'initech'))}-corp.{draw.choice(('io', 'com', 'de'))}"  # noqa: E501


def _package_token(draw: Draw) -> str:
    return draw.choice(
        ("npm" + "_" + pick(draw, ALNUM, 36), "pypi-" + "AgEIcHlwaS5vcmc" + pick(draw, URL64, 90))
    )


def _bot_token(draw: Draw) -> str:
    return draw.choice(
        (
            f"{draw.randint(10**8, 10**10 - 1)}:AA{pick(draw, URL64, 32)}{pick(draw, ALNUM, 1)}",
            f"M{pick(draw, ALNUM, 23)}.{pick(draw, ALNUM, 6)}.{pick(draw, ALNUM, 27)}",
        )
    )


def _hub_token(draw: Draw) -> str:
    openai = pick(draw, ALNUM, 20) + "T3Blbk" + "FJ" + pick(draw, ALNUM, 20)
    return draw.choice(
        (
            "s" + "k-" + openai,
            "h" + "f_" + pick(draw, ALNUM, 34),
            "dckr" + "_pat_" + pick(draw, URL64, 27),
        )
    )


def _slack(draw: Draw) -> str:
    digits = f"{draw.randint(10**10, 10**11)}-{draw.randint(10**11, 10**12)}"
    path = f"T{pick(draw, string.ascii_uppercase, 8)}/B{pick(draw, string.ascii_uppercase, 8)}"
    hook = f"https://hooks.slack.com/services/{path}/{pick(draw, ALNUM, 24)}"
    return draw.choice(("xo" + f"xb-{digits}-{pick(draw, ALNUM, 24)}", hook))


SECRETS: Final[dict[str, Callable[[Draw], str]]] = {
    "password": _password,
    "connection string": _password,
    "private key": _private_key,
    "e-mail": _email,
    "JSON web token": _jwt,
    "AWS access key": lambda d: "AK" + "IA" + pick(d, string.ascii_uppercase + string.digits, 16),
    "AWS secret key": lambda d: pick(d, BASE64, 40),
    "Google API key": lambda d: "AI" + "za" + pick(d, URL64, 34) + pick(d, string.digits, 1),
    "Azure storage key": lambda d: pick(d, BASE64, 86) + "==",
    "GitHub token": lambda d: "gh" + d.choice("pousr") + "_" + pick(d, ALNUM, 36),
    "GitLab token": lambda d: "gl" + d.choice(("pat", "rt", "dt")) + "-" + pick(d, ALNUM, 20),
    "Slack token": _slack,
    "Stripe key": lambda d: d.choice("sr") + "k_" + "live_" + pick(d, ALNUM, 24),
    "Twilio key": lambda d: "S" + "K" + pick(d, HEX, 32),
    "SendGrid key": lambda d: f"SG{'.'}{pick(d, ALNUM, 22)}.{pick(d, ALNUM, 43)}",
    "package token": _package_token,
    "bot token": _bot_token,
    "hub token": _hub_token,
    "basic auth": lambda d: base64.b64encode(f"svc-{pick(d, HEX, 4)}:{_password(d)}".encode()).decode(),
    "query string": lambda d: pick(d, ALNUM, d.randint(24, 44)),
}
"""How a secret of each kind is drawn."""
