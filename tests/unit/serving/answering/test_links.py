import re
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


@pytest.mark.parametrize("groups", [("public",), ("public", "sre")])
def test_a_link_carries_its_readers_groups_and_opens_one_chunk(groups: tuple[str, ...]) -> None:
    url, _, grant = link_source(HIT, make(groups)).partition("?grant=")
    assert url == PLAIN
    assert read_grant(grant, "rag-v000007", "r/1", KEY) == groups
    assert read_grant(grant, "rag-v000007", "r/2", KEY) == ()
    assert read_grant(grant, "rag-v000008", "r/1", KEY) == ()


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
    assert read_grant(grant, "rag-v000007", "r/1", KEY) == ()


def test_the_key_is_made_from_that_of_the_masks_and_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "mask-key").write_text("secret\n")
    key = load_link_key(tmp_path / "mask-key")
    assert len(key) == 32
    assert b"secret" not in key


async def test_the_page_is_looked_up_with_the_groups_of_the_link(
    client: Client, world: Any, settings: Any
) -> None:
    reader = Reader({}, ("public", "sre"), load_link_key(settings.redaction.key_file), 60)
    grant = sign_grant("cag-v000003", "c1", reader)
    response = await client.get(f"/citations/cag-v000003/c1?grant={grant}", headers={"Authorization": ""})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "private, no-store"
    # With a key, its groups count as well.
    await client.get(f"/citations/cag-v000003/c2?grant={grant}")
    # Of each page the chunk, and then the rest of its section.
    asked = [body["query"]["bool"]["filter"][1]["terms"]["acl"] for _, body, _ in world.searches]
    assert asked == [["public", "sre"], ["public", "sre"], ["public"], ["public"]]


NOBODY = {"Authorization": ""}


async def test_without_a_grant_or_a_key_no_source_is_shown_and_none_is_looked_for(
    client: Client, world: Any, settings: Any
) -> None:
    key = load_link_key(settings.redaction.key_file)
    grants = [
        *("", "x", sign_grant("cag-v000003", "c2", Reader({}, ("public",), key, 60))),
        sign_grant("cag-v000003", "c1", Reader({}, ("public",), key, -1)),
        sign_grant(
            "cag-v000003", "c1", Reader({}, ("public",), b"another key, as long as the first one", 60)
        ),
    ]
    for grant in grants:
        response = await client.get(f"/citations/cag-v000003/c1?grant={grant}", headers=NOBODY)
        assert response.status_code == 404
        assert "Text of c1" not in response.text
    assert world.searches == []


async def test_a_wrong_key_is_refused_and_the_header_of_a_proxy_is_none(
    client: Client, settings: Any
) -> None:
    key = load_link_key(settings.redaction.key_file)
    url = (
        f"/citations/cag-v000003/c1?grant={sign_grant('cag-v000003', 'c1', Reader({}, ('public',), key, 60))}"
    )
    assert (await client.get(url, headers={"Authorization": "Bearer wrong"})).status_code == 401
    assert (await client.get(url, headers={"Authorization": "Basic Ym9iOng="})).status_code == 200


@pytest.mark.parametrize("stream", [False, True])
async def test_the_links_of_an_answer_open_by_themselves_also_those_from_the_cache(
    client: Client, world: Any, stream: bool
) -> None:
    body = {"model": "runlore-cag", "messages": [{"role": "user", "content": "How do I restart Kafka?"}]}
    for _ in range(2):
        answer = await client.post("/v1/chat/completions", json={**body, "stream": stream})
        urls = set(re.findall(r"http://runlore\.test(/citations/[\w./?=-]+)", answer.text))
        assert urls
        for url in urls:
            assert (await client.get(url, headers=NOBODY)).status_code == 200
    assert len(world.model_requests) == 1
    # A grant is for its reader, and for a while: none is kept for the next one.
    assert "grant" not in str(world.cache)
