"""Addresses that must not carry a login, and those that must not be listened to on their way."""

import re
from typing import Annotated

from pydantic import AfterValidator

_SAFE = re.compile(r"https://|http://(127\.0\.0\.1|localhost)[:/]")


def is_safe(url: str) -> bool:
    """Say whether what goes over an address can be neither read nor changed on its way.

    Example:
        >>> is_safe("https://git.example/docs"), is_safe("http://git.example/docs")
        (True, False)
    """
    return bool(_SAFE.match(url))


def hide_logins(text: str) -> str:
    """Return a text in which no address carries a login.

    Example:
        >>> hide_logins("http://bob:hunter22@mlflow/x can't be read")
        "http://mlflow/x can't be read"
    """
    return re.sub(r"(?<=://)[^/@\s]*@", "", text)


def _require_safe(url: str) -> str:
    # Keys that come over a network where others can change them let those others in.
    if url and not is_safe(url):
        raise ValueError(f"must be an https:// address, got {url!r}")
    return url


def _refuse_login(url: str) -> str:
    # The address is stored with every chunk and shown in citations. A user alone, as in ssh://git@host, is
    # no secret.
    if re.match(r"https?://[^/@]+@|\w+://[^/@]*:[^/@]*@", url):
        raise ValueError(
            "carries a login; name a file with the token as token_file, or keep it where Git finds it"
        )
    if url.startswith("-"):
        raise ValueError("begins with a dash, which Git would take for an option")
    return url


SafeUrl = Annotated[str, AfterValidator(_require_safe)]
PublicUrl = Annotated[str, AfterValidator(_refuse_login)]
