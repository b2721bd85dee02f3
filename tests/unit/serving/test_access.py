from pathlib import Path

import pytest
from litestar import Litestar, get
from litestar.di import NamedDependency
from litestar.testing import AsyncTestClient

from serving.access import Caller, make_caller, read_api_key, require_caller


def test_key_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("abc\n")
    assert read_api_key(tmp_path / "key") == "abc"


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_missing_key_is_told_with_its_place(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    with pytest.raises(ValueError, match="RUNLORE_API_KEY_FILE"):
        read_api_key(tmp_path / "key")


def test_every_caller_is_of_the_public_and_groups_are_told_once_in_order() -> None:
    assert make_caller("key:ops", ["sre", "dev", "sre"]) == Caller("key:ops", ("dev", "public", "sre"))


async def test_the_holder_of_the_key_asks_for_the_public(
    client: AsyncTestClient[Litestar], app: Litestar
) -> None:
    @get("/who", guards=[require_caller])
    async def tell(caller: NamedDependency[Caller]) -> list[str]:
        return [caller.user, *caller.groups]

    app.register(tell)
    assert (await client.get("/who")).json() == ["key:default", "public"]
    assert (await client.get("/who", headers={"Authorization": "Bearer other"})).status_code == 401
