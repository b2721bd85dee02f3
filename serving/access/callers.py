"""Who asks: found out by the key or the token that a request shows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

import jwt
from litestar.exceptions import NotAuthorizedException
from litestar.types import Scope
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from serving.access.tokens import ProviderKeys, read_openwebui_token, read_provider_token
from serving.context.caller import Caller, make_caller

if TYPE_CHECKING:
    from pathlib import Path

    from processors.settings import Settings

USER_HEADER: Final = "X-OpenWebUI-User-Jwt"
_SHORTEST_SECRET: Final = 32
_HINT: Final = "send `Authorization: Bearer <key>`."


class ApiKey(BaseModel):
    """A named key, of which only the hash is kept, and the groups of its holder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    groups: tuple[str, ...] = ()


class UserGroups(BaseModel):
    """The groups of Open WebUI's users, by id or e-mail address, and of its roles."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    users: dict[str, tuple[str, ...]] = {}
    roles: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Access:
    """All that says who somebody is, read when the service starts."""

    keys: Mapping[str, ApiKey]
    openwebui_secret: str | None = None
    user_groups: UserGroups = field(default_factory=UserGroups)
    provider: ProviderKeys | None = None
    issuer: str = ""
    audience: str = ""
    groups_claim: str = "groups"


def open_access(settings: Settings) -> Access:
    """Read keys, secrets and groups from the files that the settings name.

    Raises:
        ValueError: A file is missing, empty or not of its form; the message names it.
    """
    issuer = settings.oidc.issuer
    return Access(
        keys=read_api_keys(settings.access.api_key_file, settings.access.api_keys_file),
        openwebui_secret=_read_secret(settings.access.openwebui_jwt_secret_file),
        user_groups=_read_user_groups(settings.access.user_groups_file),
        provider=ProviderKeys(issuer, settings.oidc.jwks_url) if issuer else None,
        issuer=issuer,
        audience=settings.oidc.audience,
        groups_claim=settings.oidc.groups_claim,
    )


def read_api_keys(key_file: Path, named_file: Path | None) -> dict[str, ApiKey]:
    """Return the keys that clients may show: the one of the service as `default`, and those with names.

    Raises:
        ValueError: A file is missing, empty or not of its form.
    """
    key = key_file.read_text().strip() if key_file.is_file() else ""
    if not key:
        raise ValueError(f"RUNLORE_API_KEY_FILE: {key_file} holds no key; `make setup` writes one")
    keys = {} if named_file is None else _read_json(dict[str, ApiKey], named_file, "RUNLORE_API_KEYS_FILE")
    if "default" in keys:
        raise ValueError(f"RUNLORE_API_KEYS_FILE: {named_file} names a key `default`, which is the service's")
    return {"default": ApiKey(key_sha256=hashlib.sha256(key.encode()).hexdigest()), **keys}


def _read_user_groups(path: Path | None) -> UserGroups:
    if path is None:
        return UserGroups()
    groups: UserGroups = _read_json(UserGroups, path, "RUNLORE_USER_GROUPS_FILE")
    return UserGroups(users={user.lower(): own for user, own in groups.users.items()}, roles=groups.roles)


def _read_json(form: Any, path: Path, name: str) -> Any:
    try:
        return TypeAdapter(form).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ValueError(f"{name}: {path} is not of the documented form: {error}") from error


def _read_secret(path: Path | None) -> str | None:
    if path is None:
        return None
    secret = path.read_text().strip() if path.is_file() else ""
    if len(secret) < _SHORTEST_SECRET:
        raise ValueError(
            f"RUNLORE_OPENWEBUI_JWT_SECRET_FILE: {path} must hold at least {_SHORTEST_SECRET} characters"
        )
    return secret


async def identify(access: Access, headers: Mapping[str, str]) -> Caller:
    """Return who asks.

    A key's holder may say for which user of Open WebUI they ask, in a token that Open WebUI signed. Then the
    user's groups count, and not the key's. What the token can't prove is refused, not left out.

    Raises:
        NotAuthorizedException: No key or token is shown, or one that isn't good.
        IdentityProviderDownError: Nobody can tell whether the token is good.
    """
    scheme, _, shown = headers.get("Authorization", "").partition(" ")
    shown = shown.strip()
    if scheme.lower() != "bearer" or not shown:
        raise NotAuthorizedException(f"Missing API key: {_HINT}", headers={"WWW-Authenticate": "Bearer"})
    name = find_key(access.keys, shown)
    try:
        if name is None:
            return await _identify_by_provider(access, shown)
        token = headers.get(USER_HEADER)
        if token is None or access.openwebui_secret is None:
            return make_caller(f"key:{name}", access.keys[name].groups)
        return _identify_by_openwebui(access, token, access.openwebui_secret)
    except jwt.PyJWTError as error:
        raise NotAuthorizedException(
            f"The token is not good: {error}.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
        ) from error


def find_key(keys: Mapping[str, ApiKey], shown: str) -> str | None:
    """Return the name of a key, None for one that isn't known; the time it takes tells nothing of the key.

    Example:
        >>> known = {"ops": ApiKey(key_sha256=hashlib.sha256(b"abc").hexdigest())}
        >>> find_key(known, "abc"), find_key(known, "abd")
        ('ops', None)
    """
    digest = hashlib.sha256(shown.encode()).hexdigest()
    found = [name for name, key in keys.items() if hmac.compare_digest(digest, key.key_sha256)]
    return found[0] if found else None


async def _identify_by_provider(access: Access, shown: str) -> Caller:
    if access.provider is None or shown.count(".") != 2:
        raise NotAuthorizedException(f"Incorrect API key: {_HINT}", headers={"WWW-Authenticate": "Bearer"})
    claims = await read_provider_token(shown, access.provider, access.issuer, access.audience)
    told = claims.get(access.groups_claim, ())
    groups = [told] if isinstance(told, str) else told
    return make_caller(
        f"jwt:{access.issuer}:{claims['sub']}",
        groups if isinstance(groups, list) else (),
        claims.get("email"),
    )


def _identify_by_openwebui(access: Access, token: str, secret: str) -> Caller:
    claims = read_openwebui_token(token, secret)
    told = access.user_groups
    names = {str(claims[claim]).lower() for claim in ("sub", "email") if claims.get(claim)}
    groups = [group for name in names for group in told.users.get(name, ())]
    groups += told.roles.get(str(claims.get("role")), ())
    return make_caller(f"jwt:{claims['iss']}:{claims['sub']}", groups, claims.get("email"))


def provide_caller(scope: Scope) -> Caller:
    """Return whom the guard let in."""
    caller: Caller = scope["state"]["caller"]
    return caller
