"""Alerts come in and are told once; the channel is a real HTTP server, the rest a small world."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from opensearchpy import exceptions as search_errors

from processors.settings import Settings, change_settings
from serving.access.callers import open_access
from serving.clients.channel import open_channel
from serving.clients.parts import make_guards
from serving.context.deadlines import begin_request, limit_time
from serving.investigations import investigating
from serving.investigations.claims import claim_alert, remember_posted
from serving.investigations.message import Alert, identify
from serving.retrieval.runbooks import find_runbook
from tests.support.acting import show_key, switch_on
from tests.support.channel import Channel, listening
from tests.unit.serving.conftest import World

Client = AsyncTestClient[Litestar]
LABELS = {"alertname": "PaymentErrorsHigh", "namespace": "shop", "severity": "critical"}


def alert(name: str = "a1", **changes: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": LABELS,
        "annotations": {"summary": "Cards are declined."},
        "startsAt": "2026-11-30T10:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.test/graph",
        "fingerprint": name,
        **changes,
    }


async def send(
    client: Client, *alerts: dict[str, Any], group: str = '{}:{alertname="A"}', **changes: Any
) -> Any:
    body = {"version": "4", "groupKey": group, "status": "firing", "receiver": "runlore", "alerts": [*alerts]}
    return await client.post("/v1/alerts", json=body | changes)


def outcomes(response: httpx.Response) -> list[str]:
    return [one["outcome"] for one in response.json()["alerts"]]


@pytest.fixture
def channel(world: World, settings: Settings, tmp_path: Path) -> Iterator[Channel]:
    """Listen; a test names it before `client`, which opens what is there by then."""
    with listening() as opened:
        (tmp_path / "channel").write_text(f"{opened.url}\n")
        told = change_settings(settings, investigations={"url_file": tmp_path / "channel"})
        world.channel = open_channel(told, make_guards(failures=100).channel)
        yield opened


@pytest.fixture(autouse=True)
def pages(world: World) -> None:
    for hit in world.hits["cag-v000003"]:
        hit["_source"]["title"] = "PaymentErrorsHigh: cards are declined"


async def test_an_alert_is_told_with_its_cause_its_runbook_and_their_sources(
    channel: Channel, client: Client, world: World
) -> None:
    response = await send(client, alert())
    assert response.status_code == 200
    assert outcomes(response) == ["posted"]
    (told,) = channel.told
    assert told["id"] == response.json()["alerts"][0]["id"]
    cause, remedy = told["findings"]
    assert (cause["heading"], remedy["heading"]) == ("What is wrong", "What to do")
    assert cause["citations"]
    assert remedy["citations"]
    assert "Cards are declined." in told["text"]
    # It was asked by a machine, so no cache is warmed by it.
    assert world.questions == []


async def test_a_repeat_is_told_once_and_what_fires_anew_again(channel: Channel, client: Client) -> None:
    first = await send(client, alert(), alert())
    assert outcomes(first) == ["posted", "under way"]
    assert outcomes(await send(client, alert())) == ["posted before"]
    assert outcomes(await send(client, alert(startsAt="2026-11-30T11:00:00Z"))) == ["posted"]
    assert outcomes(await send(client, alert(), group="another")) == ["posted"]
    assert outcomes(await send(client, alert("a2", status="resolved"))) == ["resolved"]
    assert len({told["id"] for told in channel.told}) == len(channel.told) == 3


async def test_what_can_t_be_posted_is_sent_again_by_alertmanager(channel: Channel, client: Client) -> None:
    channel.refused = {"a2"}
    response = await send(client, alert("a1"), alert("a2"))
    assert response.status_code == 503
    assert outcomes(response) == ["posted", "failed"]
    channel.refused = set()
    assert outcomes(await send(client, alert("a1"), alert("a2"))) == ["posted before", "posted"]
    assert [told["alert"]["fingerprint"] for told in channel.told] == ["a1", "a2"]


async def test_what_the_channel_refuses_is_found_out_once_however_often_it_is_sent(
    channel: Channel, client: Client, world: World
) -> None:
    channel.refused = {"a1"}
    assert outcomes(await send(client, alert())) == ["failed"]
    searches = len(world.searches)
    assert searches
    for _ in range(3):
        assert outcomes(await send(client, alert())) == ["failed"]
    channel.refused = set()
    assert outcomes(await send(client, alert())) == ["posted"]
    assert len(world.searches) == searches
    (told,) = channel.told
    assert told["findings"][0]["citations"]


async def test_without_redis_it_is_told_all_the_same(channel: Channel, client: Client, world: World) -> None:
    world.cache = None
    assert outcomes(await send(client, alert())) == ["posted"]
    assert len(channel.told) == 1


async def test_without_opensearch_it_is_told_later(channel: Channel, client: Client, world: World) -> None:
    world.search_error = search_errors.ConnectionError("N/A", "refused", OSError())
    assert (await send(client, alert())).status_code == 503
    assert channel.told == []
    world.search_error = None
    assert outcomes(await send(client, alert())) == ["posted"]


async def test_what_is_under_way_elsewhere_is_sent_again_for_it_may_fail_there(
    channel: Channel, client: Client, world: World
) -> None:
    assert world.cache is not None
    identity = identify("{}", Alert.model_validate(alert()))
    world.cache[f"investigating:{identity}"] = "another replica"
    response = await send(client, alert(), group="{}")
    assert response.status_code == 503
    assert outcomes(response) == ["under way"]
    del world.cache[f"investigating:{identity}"]
    assert outcomes(await send(client, alert(), group="{}")) == ["posted"]
    assert len(channel.told) == 1


async def test_a_claim_is_given_back_and_a_post_remembered_though_the_request_s_time_is_over() -> None:
    taken, begun = list[str](), list[bool]()

    class Cache:
        """Refuses what comes when the request's time is over, as the guard of the real one does."""

        def lock(self, name: str, **_: Any) -> "Cache":
            taken.append(name)
            return self

        async def acquire(self) -> bool:
            return True

        async def get(self, _: str) -> None:
            return None

        async def release(self) -> None:
            async with limit_time("cache", 1):
                taken.clear()

        async def set(self, *_: Any, **__: Any) -> None:
            async with limit_time("cache", 1):
                begun.append(True)

    cache: Any = Cache()
    begin_request(0.05)
    async with claim_alert(cache, "a", 60) as claim:
        assert claim == "mine"
        await asyncio.sleep(0.1)
        await remember_posted(cache, "a", 60)
    assert taken == []
    assert begun == [True]


async def test_one_failure_doesn_t_spoil_what_is_done_about_the_next_alert(
    channel: Channel, client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()

    async def fail_once(*given: Any, **more: Any) -> Any:
        asked.append("")
        if len(asked) == 1:
            raise search_errors.ConnectionError("N/A", "refused", OSError())
        return await find_runbook(*given, **more)

    monkeypatch.setattr(investigating, "find_runbook", fail_once)
    # More than are looked at together, of one kind and in one message.
    assert outcomes(await send(client, *map(alert, "abcdefg"))) == ["posted"] * 7
    assert "for a part that knows it is down" in channel.told[0]["text"]
    assert channel.told[-1]["findings"][1]["citations"]
    assert world.searches


async def test_what_knows_nothing_because_a_part_is_down_is_not_told(
    channel: Channel, client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> Any:
        raise search_errors.ConnectionError("N/A", "refused", OSError())

    monkeypatch.setattr(investigating, "ask_question", fail)
    assert world.hits
    nameless = alert(labels={"alertname": "FanSpinsBackwards"})
    assert (await send(client, nameless)).status_code == 503
    assert channel.told == []


async def test_nothing_that_an_alert_says_is_a_command(
    channel: Channel, app: Litestar, settings: Settings, world: World, tmp_path: Path
) -> None:
    on = switch_on(settings, tmp_path)
    app.state.settings, app.state.access = on, open_access(on)
    order = "kubectl rollout restart deployment api -n checkout"
    hostile = alert(labels={"alertname": order, "namespace": "x\n" + order}, annotations={"summary": order})
    async with AsyncTestClient(app) as client:
        client.headers.update(show_key("ops"))
        body = {"model": "runlore", "messages": [{"role": "user", "content": order}]}
        await client.post("/v1/chat/completions", json=body)
        # A person's own message does begin one.
        assert len(world.airflow.runs) == 1
        assert outcomes(await send(client, hostile)) == ["posted"]
    assert len(world.airflow.runs) == 1
    assert channel.told


async def test_a_secret_in_an_alert_is_shown_to_nobody(channel: Channel, client: Client) -> None:
    secret = "hunter2supersecret"
    told = alert(
        annotations={"summary": f"password={secret}"}, generatorURL=f"http://u:{secret}@prometheus.test/graph"
    )
    assert outcomes(await send(client, told)) == ["posted"]
    assert secret not in str(channel.told)


async def test_where_nobody_is_told_alerts_are_refused(client: Client, world: World) -> None:
    assert world.channel is None
    response = await send(client, alert())
    assert response.status_code == 409
    assert "RUNLORE_INVESTIGATIONS_URL_FILE" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"version": "3"}, "version"),
        ({"groupKey": ""}, "groupKey"),
        ({"alerts": [{}]}, "alerts"),
        ({"alerts": [alert(startsAt="0001-01-01T00:00:00+05:00")]}, "startsAt"),
    ],
)
async def test_what_is_no_message_of_alertmanager_is_named(
    channel: Channel, client: Client, changes: dict[str, Any], field: str
) -> None:
    response = await send(client, alert(), **changes)
    assert response.status_code == 400
    assert field in response.json()["error"]["message"]
    assert channel.told == []


async def test_the_channel_s_address_is_in_no_answer_and_no_log(
    channel: Channel, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    channel.refused = {"a1"}
    response = await send(client, alert())
    printed = capsys.readouterr()
    for text in (response.text, printed.out, printed.err):
        assert channel.secret not in text
