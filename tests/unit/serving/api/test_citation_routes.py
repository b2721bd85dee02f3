from collections.abc import Callable
from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.settings import Settings
from serving.answering.links import make_reader, sign_grant

Client = AsyncTestClient[Litestar]


async def test_page_shows_text_and_origin_without_a_key_and_without_active_markup(
    client: Client, world: Any, settings: Settings, hit: Callable[..., dict[str, Any]]
) -> None:
    cite = {"type": "git", "repository": "/repo", "path": "a<b>.md", "start_line": 3}
    world.hits["cag-v000003"] = [hit("c1", text="<script>alert(1)</script> $title", cite=cite)]
    grant = sign_grant("cag-v000003", "c1", make_reader(settings, ("public",)))
    url = f"/citations/cag-v000003/c1?grant={grant}"
    response = await client.get(url, headers={"Authorization": ""})
    assert response.status_code == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt; $title" in response.text
    assert "<tr><th>path</th><td>a&lt;b&gt;.md</td></tr>" in response.text
    assert "<script" not in response.text
    policy = response.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "base-uri 'none'", "form-action 'none'", "sandbox"} <= {*policy}
    assert "frame-ancestors 'none'" in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"


async def test_a_cut_procedure_is_shown_as_a_whole(
    client: Client, world: Any, hit: Callable[..., dict[str, Any]]
) -> None:
    lines = [
        {"type": "git", "repository": "/r", "path": "a.md", "start_line": n, "end_line": n} for n in (1, 2)
    ]
    world.hits["cag-v000003"] = [
        hit("c2", text="2. Then act.", doc_id="d", cite=lines[1]),
        hit("c1", text="1. Look.", doc_id="d", cite=lines[0]),
    ]
    response = await client.get("/citations/cag-v000003/c2")
    assert "1. Look.\n2. Then act." in response.text


async def test_only_the_callers_chunks_are_looked_for(client: Client, world: Any) -> None:
    await client.get("/citations/cag-v000003/c1")
    _, body, _ = world.searches[0]
    assert {"terms": {"acl": ["public"]}} in body["query"]["bool"]["filter"]


async def test_a_slice_shows_the_version_that_it_belongs_to(
    client: Client, world: Any, hit: Callable[..., dict[str, Any]]
) -> None:
    world.hits["rag-v000007-000012"] = [hit("c1", "rag-v000007-000012")]
    response = await client.get("/citations/rag-v000007-000012/c1")
    assert response.status_code == 200
    assert "<tr><th>index version</th><td>rag-v000007</td></tr>" in response.text


async def test_other_indices_and_deleted_versions_are_not_found(client: Client, world: Any) -> None:
    assert (await client.get("/citations/.security/c1")).status_code == 404
    assert (await client.get("/citations/rag-v000007-*/c1")).status_code == 404
    assert (await client.get("/citations/_all/c1")).status_code == 404
    assert world.searches == []
    assert (await client.get("/citations/cag-v000001/c1")).status_code == 404
