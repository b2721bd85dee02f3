"""Tokens that say who asks: an identity provider's, and Open WebUI's about its user.

PyJWT checks them. Which algorithm is used is never the token's choice: an identity provider's keys are public
ones, each for one algorithm, and Open WebUI's is a shared secret.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

import httpx
import jwt
import structlog

from serving.faults import IdentityProviderDownError

if TYPE_CHECKING:
    from collections.abc import Mapping

Fetch = Callable[[str], Awaitable[Any]]
"""Returns the JSON that an address answers with."""

_SIGNED: Final = ("RS256", "ES256")
_SHARED: Final = "HS256"
# Seconds that the clocks of two machines may differ.
_LEEWAY: Final = 30
# Seconds: keys are read again after so many, with so many between two reads, and do so long without provider.
_REFRESH: Final = 600
_PAUSE: Final = 30
_KEPT: Final = 86_400
_TIMEOUT: Final = 3

log = structlog.get_logger(__name__)


def read_openwebui_token(token: str, secret: str) -> dict[str, Any]:
    """Return what Open WebUI says of its user: `sub`, `email`, `role`.

    Raises:
        jwt.InvalidTokenError: It is forged, or older than Open WebUI lets it be.
    """
    claims: dict[str, Any] = jwt.decode(
        token,
        secret,
        algorithms=[_SHARED],
        issuer="open-webui",
        leeway=_LEEWAY,
        options={"require": ["exp", "iat", "iss", "sub"], "enforce_minimum_key_length": True},
    )
    return claims


class ProviderKeys:
    """The public keys of an identity provider, read when they are needed and not too often."""

    def __init__(
        self,
        issuer: str,
        jwks_url: str,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start without keys.

        Args:
            issuer: Its discovery document says where the keys are.
            jwks_url: Where they are, if that needn't be asked.
            fetch: Reads JSON from an address.
            clock: Tells the time in seconds; must never go back.
        """
        self._issuer = issuer
        self._url = jwks_url
        self._fetch = fetch or _open_fetch()
        self._clock = clock
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._read_at = -float("inf")
        self._tried_at = -float("inf")
        self._read: asyncio.Task[None] | None = None

    async def find(self, kid: str | None) -> jwt.PyJWK | None:
        """Return the key of this name, None if the provider has none; a key without a name is found by None.

        A known key is taken as it is, and read again aside when it is old. For an unknown one the provider is
        asked, unless it was asked just now: whoever makes names up must not make us call.

        Raises:
            IdentityProviderDownError: The key isn't known, and the provider doesn't tell.
        """
        now = self._clock()
        if now - self._read_at > _KEPT:
            self._keys = {}
        known = self._keys.get(kid)
        if known is not None and now - self._read_at < _REFRESH:
            return known
        if self._read is None and now - self._tried_at >= _PAUSE:
            self._tried_at = now
            self._read = asyncio.create_task(self._read_keys())
        if known is not None:
            return known
        if self._read is not None:
            await asyncio.shield(self._read)
        if self._read_at < self._tried_at:
            raise IdentityProviderDownError(
                f"The token can't be checked: the keys of {self._issuer} can't be read. Try again later."
            )
        return self._keys.get(kid)

    async def _read_keys(self) -> None:
        began = self._clock()
        try:
            url = self._url or await self._discover()
            self._keys = _parse_keys(await self._fetch(url))
            self._read_at = began
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, KeyError) as error:
            log.warning("public keys can't be read", issuer=self._issuer, error=repr(error))
        finally:
            self._read = None

    async def _discover(self) -> str:
        document = await self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        url = str(document["jwks_uri"])
        if document["issuer"] != self._issuer:
            raise ValueError(f"the discovery document is of {document['issuer']!r}")
        if not url.startswith(("https://", self._issuer)):
            raise ValueError(f"jwks_uri must be an https:// address, got {url!r}")
        return url


def _open_fetch() -> Fetch:
    # Reading the certificates takes long enough to hold others up, so it is done at the start.
    trusted = ssl.create_default_context()

    async def fetch(url: str) -> Any:
        async with httpx.AsyncClient(timeout=_TIMEOUT, verify=trusted) as client:
            return (await client.get(url)).raise_for_status().json()

    return fetch


def _parse_keys(document: Mapping[str, Any]) -> dict[str | None, jwt.PyJWK]:
    """Return the keys that sign tokens by their names; a single key also goes by no name.

    Raises:
        ValueError: There is none.
    """
    keys: dict[str | None, jwt.PyJWK] = {}
    for entry in document["keys"]:
        if not isinstance(entry, dict) or entry.get("kty") not in ("RSA", "EC"):
            continue
        if entry.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(entry)
        except jwt.PyJWTError as error:
            log.info("a public key is left out", kid=entry.get("kid"), error=str(error))
            continue
        if key.algorithm_name in _SIGNED:
            keys[key.key_id] = key
    if not keys:
        raise ValueError(f"no key there signs by {' or '.join(_SIGNED)}")
    if len(keys) == 1:
        keys[None] = next(iter(keys.values()))
    return keys


async def read_provider_token(token: str, keys: ProviderKeys, issuer: str, audience: str) -> dict[str, Any]:
    """Return the claims of an identity provider's token.

    Args:
        token: A JSON Web Token, as it was shown.
        keys: Of the identity provider.
        issuer: Who must have issued it, its `iss`.
        audience: Whom it must be meant for, its `aud`.

    Raises:
        jwt.InvalidTokenError: It is forged, old, not valid yet, of another issuer or for another service.
        IdentityProviderDownError: Nobody can tell.
    """
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in _SIGNED:
        raise jwt.InvalidAlgorithmError(f"it must be signed by {' or '.join(_SIGNED)}")
    key = await keys.find(header.get("kid"))
    if key is None:
        raise jwt.InvalidSignatureError("its key is not one of the issuer's")
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=list(_SIGNED),
        issuer=issuer,
        audience=audience,
        leeway=_LEEWAY,
        options={"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
    )
    return claims
