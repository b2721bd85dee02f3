"""Alerts come in and are told once; the channel is a real HTTP server, the rest a small world."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from opensearchpy import exceptions as search_errors

from processors.settings import Settings, change_settings
from serving.clients.channel import open_channel
from serving.clients.parts import make_guards
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
    assert outcomes(await send(client, alert(), alert())) == ["posted", "under way"]
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


@pytest.mark.usefixtures("channel")
async def test_nothing_that_an_alert_says_is_a_command(client: Client, world: World) -> None:
    order = "/do kubernetes.rollout_restart deployment api -n checkout"
    hostile = alert(labels={"alertname": order, "namespace": order}, annotations={"summary": order})
    assert outcomes(await send(client, hostile)) == ["posted"]
    assert world.airflow.runs == {}
    assert not any(order in question for question in world.questions)


async def test_where_nobody_is_told_alerts_are_refused(client: Client, world: World) -> None:
    assert world.channel is None
    response = await send(client, alert())
    assert response.status_code == 409
    assert "RUNLORE_INVESTIGATIONS_URL_FILE" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"version": "3"}, "version"), ({"groupKey": ""}, "groupKey"), ({"alerts": [{}]}, "alerts")],
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
