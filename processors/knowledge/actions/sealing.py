"""One writing of each value, its hash, and its signature.

The same value has one canonical JSON, whoever writes it: sorted names, no spaces, UTF-8. A signature says
what it is for, so that one of a request is never taken for one of an approval.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Purpose = Literal["request", "approval", "link"]


class Sealed(BaseModel):
    """What is hashed or signed whole: frozen, and with no field that isn't known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def write_canonical(value: Any) -> bytes:
    """Return the canonical JSON of a model, or of what JSON knows.

    Raises:
        TypeError: It holds what JSON doesn't know.
        ValueError: It holds a number that is none, or text that is no Unicode.

    Example:
        >>> write_canonical({"b": 1, "a": "é"}).decode()
        '{"a":"é","b":1}'
    """
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return json.dumps(
        plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of a value, in hex.

    Example:
        >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}) != digest({"a": 1, "b": 3})
        True
    """
    return hashlib.sha256(write_canonical(value)).hexdigest()


def sign(value: Any, secret: str, purpose: Purpose) -> str:
    """Return the HMAC-SHA256 of a value, in hex.

    Args:
        value: A model, or what JSON knows.
        secret: Known to the service and to Airflow's tasks only.
        purpose: What the signature is for.

    Raises:
        ValueError: The secret is empty: anybody could sign.

    Example:
        >>> sign({"a": 1}, "s", "request") == sign({"a": 1}, "s", "approval")
        False
    """
    if not secret:
        raise ValueError("RUNLORE_ACTIONS_SECRET is empty: nothing can be signed")
    return hmac.new(
        secret.encode(), b"runlore-" + purpose.encode() + b"\0" + write_canonical(value), "sha256"
    ).hexdigest()


def is_signed(value: Any, signature: object, secret: str, purpose: Purpose) -> bool:
    """Tell whether a signature is that of a value; the time it takes tells nothing of the right one.

    Args:
        value: A model, or what JSON knows.
        signature: As it came, whatever it is.
        secret: The one that it must be signed with; with an empty one nothing is good.
        purpose: What the signature must be for.
    """
    if not secret or not isinstance(signature, str) or not signature.isascii():
        return False
    return hmac.compare_digest(sign(value, secret, purpose), signature)
