"""A real Keycloak says who asks: `make test-oidc` starts one."""

import asyncio
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from litestar.exceptions import NotAuthorizedException
from opensearchpy import OpenSearch

from local.environments import find_environments
from local.free_port import find_free_port
from local.keycloak import run_keycloak
from processors.settings import Settings
from serving.access.callers import Access, identify
from serving.access.tokens import ProviderKeys
from serving.context.caller import Caller
from tests.support import two_groups
from tests.support.keycloak import Keycloak
from tests.support.swapping import make_pipeline

REALM = Path(__file__).parent / "runlore.json"
AUDIENCE = two_groups.AUDIENCE


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    if os.environ.get("PROVE_OIDC") != "yes":
        pytest.skip("it starts a Keycloak, which Maven fetches once: `make test-oidc` runs it")
    port = find_free_port()
    password, envs = (
        secrets.token_urlsafe(16),
        find_environments(),
    )
    log = tmp_path_factory.mktemp("keycloak") / "log"
    with run_keycloak(envs, port, REALM, password, log) as url:
        yield Keycloak(url, password)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ask(keycloak: Keycloak, clock: Clock) -> Callable[[str], Any]:
    """Whom the service takes the holder of a token for; its provider is asked for its keys as it is."""
    provider = ProviderKeys(keycloak.issuer, "", clock=clock)
    access = Access(keys={}, provider=provider, issuer=keycloak.issuer, audience=AUDIENCE)

    async def ask(token: str) -> Caller:
        return await identify(access, {"Authorization": f"Bearer {token}"})

    return ask


@pytest.mark.parametrize(
    ("user", "groups"), [("ann", {"public", "red"}), ("ben", {"public", "blue"}), ("cid", {"public"})]
)
async def test_a_person_has_the_groups_that_keycloak_tells(
    ask: Callable[[str], Any], keycloak: Keycloak, user: str, groups: set[str]
) -> None:
    token = keycloak.sign_in(user)["access_token"]
    caller = await ask(token)
    assert {*caller.groups} == groups
    subject = jwt.decode(token, options={"verify_signature": False})["sub"]
    assert caller.user == f"jwt:{keycloak.issuer}:{subject}"


async def test_a_token_for_another_service_is_refused(ask: Callable[[str], Any], keycloak: Keycloak) -> None:
    with pytest.raises(NotAuthorizedException, match=r"not good: .*\"aud\" claim"):
        await ask(keycloak.sign_in("ann", client="other-service")["access_token"])


async def test_a_token_of_another_realm_is_refused(ask: Callable[[str], Any], keycloak: Keycloak) -> None:
    with pytest.raises(NotAuthorizedException, match="not one of the issuer's"):
        await ask(keycloak.sign_in_administrator())


async def test_an_expired_token_is_refused(ask: Callable[[str], Any], keycloak: Keycloak) -> None:
    token = keycloak.sign_in("ann", client="short")["access_token"]
    # A second of life, and the half minute that clocks may differ.
    time.sleep(32)
    with pytest.raises(NotAuthorizedException, match="expired"):
        await ask(token)


async def test_a_token_that_somebody_else_signed_is_refused(
    ask: Callable[[str], Any], keycloak: Keycloak
) -> None:
    good = keycloak.sign_in("ann")["access_token"]
    header, claims = jwt.get_unverified_header(good), jwt.decode(good, options={"verify_signature": False})
    foreign = rsa.generate_private_key(65537, 2048)
    for kid, said in ((header["kid"], "Signature verification failed"), ("x", "not one of the issuer's")):
        with pytest.raises(NotAuthorizedException, match=said):
            await ask(jwt.encode({**claims, "groups": ["blue"]}, foreign, "RS256", {"kid": kid}))


async def test_a_refresh_token_opens_nothing(ask: Callable[[str], Any], keycloak: Keycloak) -> None:
    with pytest.raises(NotAuthorizedException, match="must be signed by RS256 or ES256"):
        await ask(keycloak.sign_in("ann")["refresh_token"])


async def test_keys_are_changed_without_a_restart(
    ask: Callable[[str], Any], keycloak: Keycloak, clock: Clock
) -> None:
    old = keycloak.sign_in("ann")["access_token"]
    await ask(old)
    before = keycloak.list_rsa_keys()
    keycloak.add_key("next", 1_000)
    new = keycloak.sign_in("ann")["access_token"]
    assert jwt.get_unverified_header(new)["kid"] != jwt.get_unverified_header(old)["kid"]
    with pytest.raises(NotAuthorizedException):
        # The keys were read a moment ago, and whoever makes up names of keys must not make us call.
        await ask(new)
    clock.now += 31
    assert "red" in (await ask(new)).groups
    assert "red" in (await ask(old)).groups

    for component in before:
        keycloak.delete_key(component)
    # Known keys are read again after ten minutes, aside: the first who asks then is answered by the old ones.
    clock.now += 601
    await ask(new)
    for _ in range(100):
        try:
            await ask(old)
        except NotAuthorizedException:
            break
        await asyncio.sleep(0.1)
    with pytest.raises(NotAuthorizedException):
        await ask(old)
    assert "red" in (await ask(new)).groups


async def test_who_signed_out_gets_no_new_token_and_the_old_one_ends(
    ask: Callable[[str], Any], keycloak: Keycloak
) -> None:
    tokens = keycloak.sign_in("ann")
    tokens = keycloak.refresh(tokens)
    keycloak.sign_out(tokens)
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        keycloak.refresh(tokens)
    # Nobody asks Keycloak about each token: one that was given out works until it ends, five minutes here.
    assert "red" in (await ask(tokens["access_token"])).groups
    assert tokens["expires_in"] <= 300


def test_from_the_sign_in_to_an_answer_of_the_own_group(
    settings: Settings, client: OpenSearch, keycloak: Keycloak, tmp_path: Path
) -> None:
    with make_pipeline(client, settings) as cag, make_pipeline(client, settings) as rag:
        two_groups.fill(client, settings, {"cag": cag, "rag": rag})
        provider = two_groups.Provider(url=keycloak.issuer)
        with two_groups.serve({"cag": cag, "rag": rag}, provider, tmp_path) as service:
            for user, group in (("ann", "red"), ("ben", "blue"), ("cid", "open")):
                told = ask_for_sources(service.url, keycloak.sign_in(user)["access_token"])
                assert {two_groups.group_of(mark) for mark in told} <= {group, "open"}
                assert group == "open" or any(two_groups.group_of(mark) == group for mark in told)
            wrong = keycloak.sign_in("ann", client="other-service")["access_token"]
            answer = httpx.get(f"{service.url}/v1/models", headers={"Authorization": f"Bearer {wrong}"})
            assert answer.status_code == 401


def ask_for_sources(url: str, token: str) -> set[str]:
    """The documents that an answer and the hits behind it tell of."""
    headers = {"Authorization": f"Bearer {token}"}
    question = "How do I restart kafka?"
    body = {"model": "runlore", "messages": [{"role": "user", "content": question}]}
    with httpx.Client(base_url=url, headers=headers, timeout=120) as service:
        answer = service.post("/v1/chat/completions", json=body).raise_for_status()
        hits = service.post("/v1/retrieve", json={"query": question, "k": 10}).raise_for_status()
    assert answer.json()["runlore"]["citations"]
    return two_groups.marks_in(answer.text) | two_groups.marks_in(hits.text)
