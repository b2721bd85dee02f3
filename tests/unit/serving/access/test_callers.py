import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from litestar import Litestar, get
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.testing import AsyncTestClient

from processors.settings import change_settings
from serving.access.admission import require_caller
from serving.access.callers import (
    USER_HEADER,
    Access,
    ApiKey,
    UserGroups,
    identify,
    open_access,
    read_api_keys,
)
from serving.context.caller import Caller, make_caller

SECRET = "a secret that Open WebUI has too."
OPS = ApiKey(key_sha256=hashlib.sha256(b"ops-key").hexdigest(), groups=("sre",))
GROUPS = UserGroups(users={"ann@example.com": ("sre",), "id-7": ("dev",)}, roles={"admin": ("root",)})
ACCESS = Access(keys={"ops": OPS}, openwebui_secret=SECRET, user_groups=GROUPS)


def sign(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "sub": "id-1",
        "email": "bob@example.com",
        "name": "Bob",
        "role": "user",
        "iss": "open-webui",
        "iat": now,
        "exp": now + 300,
        **changes,
    }
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret, algorithm)


async def ask(headers: dict[str, str] | None = None, access: Access = ACCESS, key: str = "ops-key") -> Caller:
    return await identify(access, {"Authorization": f"Bearer {key}", **(headers or {})})


def test_key_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("abc\n")
    keys = read_api_keys(tmp_path / "key", None)
    assert keys == {"default": ApiKey(key_sha256=hashlib.sha256(b"abc").hexdigest())}


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_missing_key_is_told_with_its_place(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    with pytest.raises(ValueError, match="RUNLORE_API_KEY_FILE"):
        read_api_keys(tmp_path / "key", None)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "[]",
        '{"ops": {"key": "abc"}}',
        '{"ops": {"key_sha256": "abc"}}',
        json.dumps({"default": OPS.model_dump()}),
    ],
)
def test_a_wrong_file_of_named_keys_stops_the_start_and_is_named(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "key").write_text("abc")
    if content is not None:
        (tmp_path / "keys").write_text(content)
    with pytest.raises(ValueError, match="RUNLORE_API_KEYS_FILE"):
        read_api_keys(tmp_path / "key", tmp_path / "keys")


def test_a_short_secret_of_open_webui_stops_the_start(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short")
    with pytest.raises(ValueError, match="32 characters"):
        open_access(change_settings(settings, access={"openwebui_jwt_secret_file": tmp_path / "secret"}))


def test_what_the_files_say_is_who_may_see_what(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(json.dumps({"ops": OPS.model_dump()}))
    (tmp_path / "groups").write_text('{"users": {"Ann@Example.com": ["sre"]}}')
    files = {"api_keys_file": tmp_path / "keys", "user_groups_file": tmp_path / "groups"}
    access = open_access(change_settings(settings, access=files))
    assert access.keys.keys() == {"default", "ops"}
    assert access.user_groups.users == {"ann@example.com": ("sre",)}
    assert access.provider is None


def test_every_caller_is_of_the_public_and_groups_are_told_once_in_order() -> None:
    assert make_caller("key:ops", ["sre", "dev", "sre"]) == Caller("key:ops", ("dev", "public", "sre"))


async def test_a_named_key_brings_its_groups() -> None:
    assert await ask() == Caller("key:ops", ("public", "sre"))
    with pytest.raises(NotAuthorizedException, match="Incorrect API key"):
        await ask(key="ops-kez")


@pytest.mark.parametrize("header", ["", "ops-key", "Basic ops-key", "Bearer", "Bearer  ", "Bearer ключ"])
async def test_nothing_else_is_a_key(header: str) -> None:
    with pytest.raises(NotAuthorizedException) as refused:
        await identify(ACCESS, {"Authorization": header})
    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({}, ("public",)),
        ({"email": "Ann@Example.com"}, ("public", "sre")),
        ({"sub": "id-7"}, ("dev", "public")),
        ({"role": "admin", "email": "ann@example.com"}, ("public", "root", "sre")),
        ({"groups": ["sre", "root"]}, ("public",)),
    ],
)
async def test_open_webuis_user_has_groups_by_the_file_and_not_the_keys(
    claims: dict[str, Any], groups: tuple[str, ...]
) -> None:
    caller = await ask({USER_HEADER: sign(**claims)})
    assert caller == Caller(f"jwt:open-webui:{claims.get('sub', 'id-1')}", groups)
    assert caller.name == claims.get("email", "bob@example.com")


@pytest.mark.parametrize("email", [7, ["a"], "a\nb", "x" * 201, "\ud800"])
def test_what_cant_be_a_name_is_none(email: object) -> None:
    assert make_caller("jwt:open-webui:7", name=email).name == ""


@pytest.mark.parametrize(
    "make",
    [
        lambda: "",
        lambda: "a.b.c",
        lambda: sign(secret="another secret of the same length"),
        lambda: sign(secret="", algorithm="none"),
        lambda: sign(secret=SECRET + SECRET, algorithm="HS512"),
        lambda: sign(exp=int(time.time()) - 60),
        lambda: sign(iat=int(time.time()) + 600),
        lambda: sign(iss="elsewhere"),
        lambda: sign(exp=None),
        lambda: sign(sub=None),
        lambda: sign(email="ann@example.com")[:-4] + "AAAA",
    ],
    ids=[
        *("empty", "made up", "other secret", "alg none", "other alg", "expired", "of the future"),
        *("other issuer", "endless", "of nobody", "cut"),
    ],
)
async def test_a_user_token_that_is_not_open_webuis_is_refused(make: Callable[[], str]) -> None:
    with pytest.raises(NotAuthorizedException, match="The token is not good"):
        await ask({USER_HEADER: make()})


async def test_a_user_token_without_a_key_is_of_no_use() -> None:
    for header in ({}, {"Authorization": f"Bearer {sign()}"}, {"Authorization": "Bearer wrong"}):
        with pytest.raises(NotAuthorizedException):
            await identify(ACCESS, {USER_HEADER: sign(email="ann@example.com"), **header})


async def test_headers_that_anybody_can_write_change_nothing() -> None:
    forged = {"X-OpenWebUI-User-Email": "ann@example.com", "X-OpenWebUI-User-Role": "admin"}
    plain = Access(keys={"default": ApiKey(key_sha256=OPS.key_sha256)}, user_groups=GROUPS)
    assert await ask(forged, plain) == Caller("key:default", ("public",))
    assert await ask({USER_HEADER: sign(email="ann@example.com")}, plain) == await ask(None, plain)


async def test_the_holder_of_the_key_asks_for_the_public(
    client: AsyncTestClient[Litestar], app: Litestar
) -> None:
    @get("/who", guards=[require_caller])
    async def tell(caller: NamedDependency[Caller]) -> list[str]:
        return [caller.user, *caller.groups]

    app.register(tell)
    assert (await client.get("/who")).json() == ["key:default", "public"]
    refused = await client.get("/who", headers={"Authorization": "Bearer other"})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
