import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from serving.answering.links import Reader, link_source, load_link_key, read_grant, sign_grant

Client = AsyncTestClient[Litestar]
KEY = b"a key of thirty-two bytes for all"
HIT: Any = {"cite": {"type": "log"}, "index": "rag-v000007", "chunk_id": "r/1"}
PLAIN = "http://s/citations/rag-v000007/r%2F1"


def make(groups: tuple[str, ...], seconds: int = 60) -> Reader:
    return Reader({"service": "http://s/"}, groups, KEY, seconds)


def test_what_the_public_is_shown_has_a_plain_link() -> None:
    assert link_source(HIT, make(("public",))) == PLAIN


def test_a_link_for_groups_carries_them_and_opens_one_chunk() -> None:
    url, _, grant = link_source(HIT, make(("public", "sre"))).partition("?grant=")
    assert url == PLAIN
    assert read_grant(grant, "rag-v000007", "r/1", KEY) == ("public", "sre")
    assert read_grant(grant, "rag-v000007", "r/2", KEY) == ("public",)
    assert read_grant(grant, "rag-v000008", "r/1", KEY) == ("public",)


def test_a_link_that_leads_elsewhere_takes_no_grant_along() -> None:
    cite = {"type": "git", "repository": "https://git.example/a/b", "commit": "c", "path": "p"}
    hit: Any = {**HIT, "cite": {**cite, "start_line": 1, "end_line": 2}}
    assert link_source(hit, make(("public", "sre"))) == "https://git.example/a/b/blob/c/p#L1-L2"


def forge(**changes: Any) -> dict[str, Any]:
    claims = {"sub": "rag-v000007/r/1", "groups": ["sre"], "exp": time.time() + 60, **changes}
    return {name: value for name, value in claims.items() if value is not None}


@pytest.mark.parametrize(
    "grant",
    [
        "",
        "x.y.z",
        sign_grant("rag-v000007", "r/1", make(("sre",), seconds=-1)),
        jwt.encode(forge(), b"another key, as long as the first one", "HS256"),
        jwt.encode(forge(), "", "none"),
        jwt.encode(forge(), KEY + KEY, "HS512"),
        jwt.encode(forge(exp=None), KEY, "HS256"),
        jwt.encode(forge(sub=None), KEY, "HS256"),
    ],
    ids=["none", "made up", "old", "other key", "alg none", "other alg", "endless", "of nothing"],
)
def test_any_other_grant_is_worth_nothing(grant: str) -> None:
    assert read_grant(grant, "rag-v000007", "r/1", KEY) == ("public",)


def test_the_key_is_made_from_that_of_the_masks_and_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "mask-key").write_text("secret\n")
    key = load_link_key(tmp_path / "mask-key")
    assert len(key) == 32
    assert b"secret" not in key


async def test_the_page_is_looked_up_with_the_groups_of_the_link(
    client: Client, world: Any, settings: Any
) -> None:
    reader = Reader({}, ("public", "sre"), load_link_key(settings.mask_key_file), 60)
    grant = sign_grant("cag-v000003", "c1", reader)
    response = await client.get(f"/citations/cag-v000003/c1?grant={grant}", headers={"Authorization": ""})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "private, no-store"
    await client.get(f"/citations/cag-v000003/c2?grant={grant}")
    # Of each page the chunk, and then the rest of its section.
    asked = [body["query"]["bool"]["filter"][1]["terms"]["acl"] for _, body, _ in world.searches]
    assert asked == [["public", "sre"], ["public", "sre"], ["public"], ["public"]]
