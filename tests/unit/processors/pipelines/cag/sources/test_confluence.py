"""Against recorded answers, made by hand from Atlassian's documentation, that a real HTTP server replays."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from tenacity import Future, RetryCallState

from processors.knowledge.chunk import make_id
from processors.pipelines.cag.sources.confluence import read_confluence_source
from processors.settings import Settings
from processors.settings.documents import ConfluenceSpace
from processors.stores import confluence
from tests.support.recorded import Replay, replay

RECORDED = Path(__file__).parent / "recorded"
RED = "/confluence/rest/api/content/65601?expand=body.storage,version"
FIRST = "/confluence/rest/api/content?expand=version&limit=100&spaceKey=OPS&start=0&status=current&type=page"
SECOND = FIRST.replace("start=0", "start=2")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confluence._get.retry, "sleep", lambda _: None)


@pytest.fixture
def server() -> Iterator[Replay]:
    with replay(RECORDED / "confluence_server.json", "Bearer pat-1") as played:
        yield played


@pytest.fixture
def space(server: Replay, tmp_path: Path) -> ConfluenceSpace:
    (tmp_path / "token").write_text("pat-1\n")
    return ConfluenceSpace(
        url=f"{server.url}/confluence", space="OPS", token_file=tmp_path / "token", groups=("sre",)
    )


def test_recorded_pages_of_a_server_become_masked_markdown(
    settings: Settings, space: ConfluenceSpace
) -> None:
    update = read_confluence_source(settings, space, None)
    red, flow, empty = update["pages"]
    assert red["path"] == "OPS/65601-opensearch-is-red-what-now.md"
    assert red["repository"] == update["source"] == space.source
    assert (red["commit"], red["groups"]) == ("4", ["sre"])
    assert red["changed_at"] == "2026-11-18T09:12:44+00:00"
    assert red["text"].startswith(
        '---\ntitle: "OpenSearch is \\"red\\": what now?"\n---\n\n## Steps\n\n1. Look:'
    )
    assert "   ```bash\n   curl -s localhost:9200/_cluster/health\n   ```" in red["text"]
    assert "hunter2secret99" not in red["text"]
    assert "The flow." in flow["text"]
    assert empty["path"] == "OPS/65603-empty.md"
    assert update["warnings"] == [f"{flow['path']}:1: the macro 'drawio' is left out; its name is kept"]
    assert (update["carried"], update["reached"], update["dropped"]) == (False, True, [])


def test_recorded_second_run_reads_only_what_changed(
    settings: Settings, space: ConfluenceSpace, server: Replay
) -> None:
    first = read_confluence_source(settings, space, None)
    before = first["position"]["pages"]  # type: ignore[index]
    server.asked.clear()
    again = read_confluence_source(settings, space, first["position"])
    assert (again["pages"], again["dropped"], again["carried"]) == ([], [], True)
    assert len(server.asked) == 3

    listed = server.answers[FIRST]["results"]
    page: dict[str, Any] = server.answers[RED]
    for told in (listed[0], page):
        told |= {"title": "Renamed", "version": {"number": 5}}
    server.answers[SECOND]["results"].clear()
    update = read_confluence_source(settings, space, first["position"])
    assert [one["path"] for one in update["pages"]] == ["OPS/65601-renamed.md"]
    gone = [before["65601"]["path"], before["65603"]["path"], "OPS/65601-renamed.md"]
    assert update["dropped"] == sorted(make_id(space.source, path) for path in gone)
    assert set(update["position"]["pages"]) == {"65601", "65602"}  # type: ignore[index]


def test_recorded_pages_of_cloud_by_cursor_with_user_and_token(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("pat-2")
    login = f"Basic {base64.b64encode(b'bot@example.org:pat-2').decode()}"
    with replay(RECORDED / "confluence_cloud.json", login) as cloud:
        space = ConfluenceSpace(
            url=f"{cloud.url}/wiki",
            space="OPS",
            cloud=True,
            user="bot@example.org",
            token_file=tmp_path / "token",
        )
        update = read_confluence_source(settings, space, None)
        none = read_confluence_source(settings, space.model_copy(update={"space": "NONE"}), None)
    assert [page["path"] for page in update["pages"]] == ["OPS/360601-roll-back.md", "OPS/360602-queue.md"]
    assert "Go back." in update["pages"][0]["text"]
    assert {page["changed_at"] for page in update["pages"]} == {"2026-11-18T09:12:44+00:00"}
    assert not none["reached"]
    assert "there is no space 'NONE'" in none["warnings"][0]


def test_recorded_busy_answers_are_tried_again_with_a_limit(
    settings: Settings, space: ConfluenceSpace, server: Replay
) -> None:
    server.troubles += [(429, {"Retry-After": "3"}), (503, {}), (502, {})]
    assert len(read_confluence_source(settings, space, None)["pages"]) == 3
    server.asked.clear()
    server.troubles += [(503, {})] * 9
    assert not read_confluence_source(settings, space, None)["reached"]
    assert len(server.asked) == 5


def test_recorded_wait_is_what_the_server_asks_for_up_to_a_minute() -> None:
    for asked, wait in (("3", 3), ("9999", 60)):
        state = RetryCallState(None, None, (), {})  # type: ignore[arg-type]
        state.outcome = Future(1)
        answer = httpx.Response(429, headers={"Retry-After": asked})
        error = httpx.HTTPStatusError("busy", request=httpx.Request("GET", "http://x"), response=answer)
        state.outcome.set_exception(error)
        assert confluence._choose_wait(state) == wait


@pytest.mark.parametrize("trouble", ["token", "space", "html", "shape", "down", "no file"])
def test_recorded_space_that_cannot_be_read_keeps_its_pages(
    settings: Settings, space: ConfluenceSpace, server: Replay, trouble: str
) -> None:
    held = read_confluence_source(settings, space, None)["position"]
    assert space.token_file
    if trouble == "token":
        space.token_file.write_text("expired")
    elif trouble == "no file":
        space.token_file.unlink()
    elif trouble == "space":
        del server.answers["/confluence/rest/api/space/OPS"]
    elif trouble == "html":
        server.answers[FIRST] = "<html>Please sign in</html>"
    elif trouble == "shape":
        del server.answers[FIRST]["results"][0]["version"]
    else:
        server.troubles += [(503, {})] * 5
    update = read_confluence_source(settings, space, held)
    assert (update["reached"], update["carried"], update["position"]) == (False, True, held)
    assert (update["pages"], update["dropped"]) == ([], [])
    assert "can't be reached, its pages stay as they were" in update["warnings"][0]
    assert "pat-1" not in str(update)
    assert "expired" not in str(update)


def test_recorded_page_that_is_too_large_is_reported_and_leaves(
    settings: Settings, space: ConfluenceSpace, server: Replay
) -> None:
    first = read_confluence_source(settings, space, None)
    server.answers[FIRST]["results"][0]["version"]["number"] = 5
    server.answers[RED] |= {"version": {"number": 5}}
    server.answers[RED]["body"]["storage"]["value"] = "<p>x</p>" * 300_000
    update = read_confluence_source(settings, space, first["position"])
    path = "OPS/65601-opensearch-is-red-what-now.md"
    assert update["pages"] == []
    assert update["dropped"] == [make_id(space.source, path)]
    assert update["warnings"] == [f"{path}:1: not read: 2400000 bytes, 2000000 are read"]


def test_other_groups_mean_reading_all_again(settings: Settings, space: ConfluenceSpace) -> None:
    held = read_confluence_source(settings, space, None)["position"]
    update = read_confluence_source(settings, space.model_copy(update={"groups": ("public",)}), held)
    assert (len(update["pages"]), update["carried"]) == (3, False)


def test_a_token_goes_nowhere_unencrypted_and_an_address_carries_no_login(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="https"):
        ConfluenceSpace(url="http://wiki.example.org", space="OPS", token_file=tmp_path)
    with pytest.raises(ValidationError, match="login"):
        ConfluenceSpace(url="https://bob:pw@wiki.example.org", space="OPS")


def test_cloud_is_known_by_its_address() -> None:
    assert ConfluenceSpace(url="https://example.atlassian.net/wiki", space="OPS").is_cloud
    assert not ConfluenceSpace(url="https://x.atlassian.net.example.org/wiki", space="OPS").is_cloud
