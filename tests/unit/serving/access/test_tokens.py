import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from litestar.exceptions import NotAuthorizedException

from serving.access.callers import Access, identify
from serving.access.tokens import ProviderKeys
from serving.context.caller import Caller
from serving.faults import IdentityProviderDownError

ISSUER = "https://id.example/realms/ops"


@cache
def make_rsa(number: int, bits: int = 2048) -> Any:
    assert number >= 0
    return rsa.generate_private_key(65537, bits)


@cache
def make_ec() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def show(kid: str | None, key: Any, **more: Any) -> dict[str, Any]:
    write = ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else RSAAlgorithm
    shown: dict[str, Any] = json.loads(write.to_jwk(key.public_key()))
    return {**shown, **({"kid": kid} if kid else {}), **more}


@dataclass
class Provider:
    """An identity provider and the time, both as a test wants them."""

    keys: list[dict[str, Any]] = field(
        default_factory=lambda: [show("one", make_rsa(1)), show("ec", make_ec())]
    )
    document: dict[str, Any] = field(
        default_factory=lambda: {"issuer": ISSUER, "jwks_uri": "https://id.example/keys"}
    )
    error: Exception | None = None
    body: Any = None
    now: float = 1000.0
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> Any:
        self.asked.append(url)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        if url.endswith("/openid-configuration"):
            return self.document
        return {"keys": self.keys} if self.body is None else self.body

    def open(self, jwks_url: str = "https://id.example/keys") -> Access:
        keys = ProviderKeys(ISSUER, jwks_url, self.fetch, lambda: self.now)
        return Access(keys={}, provider=keys, issuer=ISSUER, audience="runlore")


def sign(key: Any = None, kid: str | None = "one", algorithm: str = "RS256", **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "runlore", "sub": "ann", "exp": now + 60, "groups": ["sre"], **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, make_rsa(1) if key is None else key, algorithm, {"kid": kid} if kid else {})


async def ask(access: Access, token: str) -> Caller:
    return await identify(access, {"Authorization": f"Bearer {token}"})


@pytest.fixture
def provider() -> Provider:
    return Provider()


async def test_a_good_token_says_who_asks_and_for_which_groups(provider: Provider) -> None:
    access = provider.open()
    assert await ask(access, sign()) == Caller(f"jwt:{ISSUER}:ann", ("public", "sre"))
    assert await ask(access, sign(make_ec(), "ec", "ES256", aud=["x", "runlore"])) == await ask(
        access, sign()
    )
    assert provider.asked == ["https://id.example/keys"]


@pytest.mark.parametrize(
    ("groups", "seen"),
    [
        (None, ()),
        ([], ()),
        ("sre", ("sre",)),
        ([1, {"a": 2}, "", "dev"], ("dev",)),
        ({"sre": 1}, ()),
        (7, ()),
    ],
)
async def test_only_names_of_groups_are_taken_from_the_claim(
    provider: Provider, groups: Any, seen: tuple[str, ...]
) -> None:
    assert (await ask(provider.open(), sign(groups=groups))).groups == tuple(sorted({"public", *seen}))


def encode(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def sign_with_public_key() -> str:
    """The oldest trick: the public key taken for a shared secret."""
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    public = make_rsa(1).public_key().public_bytes(*form)
    claims = {"iss": ISSUER, "aud": "runlore", "sub": "ann", "exp": int(time.time()) + 60}
    parts = [encode(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "one"}, claims)]
    return b".".join([*parts, encode(hmac.digest(public, b".".join(parts), "sha256"))]).decode()


@pytest.mark.parametrize(
    "make",
    [
        lambda: sign(make_rsa(2)),
        lambda: sign(make_rsa(2), "stranger"),
        lambda: sign("", algorithm="none"),
        sign_with_public_key,
        lambda: sign(algorithm="RS512"),
        lambda: sign(make_ec(), "one", "ES256"),
        lambda: sign(kid=None),
        lambda: sign(iss="https://id.example/realms/other"),
        lambda: sign(aud="grafana"),
        lambda: sign(aud=None),
        lambda: sign(exp=int(time.time()) - 31),
        lambda: sign(exp=None),
        lambda: sign(nbf=int(time.time()) + 60),
        lambda: sign(sub=None),
        lambda: sign()[:-8] + "AAAAAAAA",
        lambda: "e30.e30.e30",
        lambda: "..",
    ],
    ids=[
        *("foreign key", "unknown key", "alg none", "public key as secret", "other alg", "other kind of key"),
        *("no key named", "other issuer", "other audience", "for nobody", "expired", "endless", "too early"),
        *("of nobody", "changed", "empty objects", "nothing"),
    ],
)
async def test_any_other_token_is_refused(provider: Provider, make: Callable[[], str]) -> None:
    with pytest.raises(NotAuthorizedException, match="not good"):
        await ask(provider.open(), make())


async def test_clocks_may_differ_a_little(provider: Provider) -> None:
    now = int(time.time())
    assert await ask(provider.open(), sign(exp=now - 10, nbf=now + 10))


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_keys_that_must_not_sign_are_left_out(provider: Provider) -> None:
    weak = make_rsa(3, 1024)
    provider.keys = [
        {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"},
        show("enc", make_rsa(1), use="enc"),
        show("broken", make_rsa(1), n="!"),
        show("long", make_rsa(1), alg="RS512"),
        show("weak", weak),
        show("good", make_rsa(1)),
    ]
    access = provider.open()
    for key, kid in [(make_rsa(1), "enc"), (make_rsa(1), "broken"), (make_rsa(1), "long"), (weak, "weak")]:
        with pytest.raises(NotAuthorizedException):
            await ask(access, sign(key, kid))
    with pytest.raises(NotAuthorizedException):
        await ask(access, jwt.encode({"sub": "ann"}, "secret", "HS256", {"kid": "shared"}))
    assert await ask(access, sign(kid="good"))


async def test_the_only_key_needs_no_name(provider: Provider) -> None:
    provider.keys = [show(None, make_rsa(1))]
    assert await ask(provider.open(), sign(kid=None))


async def test_a_new_key_is_read_once_it_is_used(provider: Provider) -> None:
    access = provider.open()
    await ask(access, sign())
    provider.keys = [show("two", make_rsa(2))]
    provider.now += 31
    assert await ask(access, sign(make_rsa(2), "two"))
    with pytest.raises(NotAuthorizedException):
        await ask(access, sign())


async def test_names_that_are_made_up_do_not_make_us_call(provider: Provider) -> None:
    access = provider.open()
    for number in range(100):
        with pytest.raises(NotAuthorizedException):
            await ask(access, sign(make_rsa(2), f"made-up-{number}"))
    assert len(provider.asked) == 1


async def test_many_first_tokens_at_once_read_the_keys_once(provider: Provider) -> None:
    access = provider.open()
    await asyncio.gather(*(ask(access, sign()) for _ in range(20)))
    assert len(provider.asked) == 1


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), ValueError("no JSON")])
async def test_without_the_provider_known_keys_go_on_for_a_day(provider: Provider, error: Exception) -> None:
    access = provider.open()
    await ask(access, sign())
    provider.error = error
    provider.now += 3600
    assert await ask(access, sign())
    await asyncio.sleep(0.01)
    with pytest.raises(IdentityProviderDownError, match=ISSUER):
        await ask(access, sign(make_rsa(2), "new"))
    assert await ask(access, sign())
    provider.now += 86_400
    with pytest.raises(IdentityProviderDownError):
        await ask(access, sign())
    provider.error = None
    provider.now += 31
    assert await ask(access, sign())


@pytest.mark.parametrize("body", [[], {}, {"keys": None}, {"keys": ["x"]}, "rubbish", 7])
async def test_rubbish_in_place_of_keys_is_as_good_as_none(provider: Provider, body: Any) -> None:
    provider.body = body
    with pytest.raises(IdentityProviderDownError):
        await ask(provider.open(), sign())


async def test_the_discovery_document_says_where_the_keys_are(provider: Provider) -> None:
    assert await ask(provider.open(""), sign())
    assert provider.asked == [f"{ISSUER}/.well-known/openid-configuration", "https://id.example/keys"]


@pytest.mark.parametrize(
    "change", [{"issuer": "https://evil.example"}, {"jwks_uri": "http://id.example/keys"}, {"jwks_uri": None}]
)
async def test_a_discovery_document_of_somebody_else_is_not_believed(
    provider: Provider, change: dict[str, Any]
) -> None:
    provider.document |= change
    with pytest.raises(IdentityProviderDownError):
        await ask(provider.open(""), sign())
