"""Alerts told to two replicas of the service on the real stack, by hand and by a real Alertmanager."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from local.free_port import find_free_port
from tests.support.channel import Channel, listening
from tests.support.replicas import is_there, running
from tests.support.waiting import wait_for

ALERTS: Final = 50
KEYS: Final = ("alert", "findings", "id", "text")


@pytest.fixture(scope="module")
def channel(service_url: str) -> Iterator[Channel]:
    assert service_url
    with listening() as opened:
        yield opened


@pytest.fixture(scope="module")
def replicas(channel: Channel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Where two of the service are that know the channel."""
    file = tmp_path_factory.mktemp("channel") / "url"
    file.write_text(channel.url)
    with running(2, {"RUNLORE_INVESTIGATIONS_URL_FILE": str(file)}) as ran:
        yield [replica.url for replica in ran]


def make_alert(fingerprint: str, name: str = "OpenSearchRed", **changes: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": name, "job": "opensearch", "severity": "critical"},
        "annotations": {"summary": "The cluster is red."},
        "startsAt": datetime.now(UTC).isoformat(),
        "fingerprint": fingerprint,
        **changes,
    }


def send(url: str, api_key: str, alerts: list[dict[str, Any]], group: str) -> dict[str, str]:
    """Send a message, and return the outcome by fingerprint."""
    body = {"version": "4", "groupKey": group, "alerts": alerts}
    answer = httpx.post(
        f"{url}/v1/alerts", json=body, headers={"Authorization": f"Bearer {api_key}"}, timeout=60
    )
    assert answer.status_code in (200, 503), answer.text
    return {one["fingerprint"]: one["outcome"] for one in answer.json()["alerts"]}


def test_the_runbook_of_an_alert_is_quoted_with_its_source(
    replicas: list[str], api_key: str, channel: Channel
) -> None:
    mark = uuid.uuid4().hex
    assert send(replicas[0], api_key, [make_alert(mark)], mark) == {mark: "posted"}
    (told,) = [one for one in channel.told if one["alert"]["fingerprint"] == mark]
    assert sorted(told) == sorted(KEYS)
    remedy = told["findings"][1]
    assert "_cluster/health" in remedy["text"]
    assert {one["cite"]["path"] for one in remedy["citations"]} == {"opensearch-cluster-red.md"}
    link = remedy["citations"][0]["url"].replace(os.environ["RUNLORE_URL"], replicas[0])
    assert httpx.get(link).is_success


def test_an_alert_that_no_runbook_names_gets_none(
    replicas: list[str], api_key: str, channel: Channel
) -> None:
    mark = uuid.uuid4().hex
    send(replicas[0], api_key, [make_alert(mark, "FanSpinsBackwards")], mark)
    (told,) = [one for one in channel.told if one["alert"]["fingerprint"] == mark]
    assert told["findings"][1] == {
        "heading": "What to do", "text": "No runbook names this alert.", "citations": []
    }  # fmt: skip


def test_fifty_alerts_told_to_both_replicas_again_and_again_are_told_once_each_in_time(
    replicas: list[str], api_key: str, channel: Channel
) -> None:
    group = uuid.uuid4().hex
    alerts = [make_alert(f"{group}-{number}") for number in range(ALERTS)]
    began = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: send(replicas[number % 2], api_key, alerts, group), range(6)))
    took = time.monotonic() - began
    outcomes = [answer[one["fingerprint"]] for one in alerts for answer in answers]
    assert set(outcomes) <= {"posted", "posted before", "under way"}
    told = [
        one["alert"]["fingerprint"] for one in channel.told if one["alert"]["fingerprint"].startswith(group)
    ]
    assert sorted(told) == sorted(one["fingerprint"] for one in alerts)
    sys.stdout.write(
        f"{ALERTS} alerts sent six times were told in {took:.1f} s\n"
    )  # no limit: others work too
    again = [{**one, "startsAt": datetime.now(UTC).isoformat()} for one in alerts[:2]]
    assert set(send(replicas[0], api_key, again, group).values()) == {"posted"}


def test_what_the_channel_refuses_is_told_when_it_is_sent_again(
    replicas: list[str], api_key: str, channel: Channel
) -> None:
    mark = uuid.uuid4().hex
    channel.is_down = True
    try:
        assert send(replicas[0], api_key, [make_alert(mark)], mark) == {mark: "failed"}
    finally:
        channel.is_down = False
    # The breaker lets a call through again after its rest.
    wait_for(lambda: send(replicas[1], api_key, [make_alert(mark)], mark) == {mark: "posted"}, 30)


@pytest.fixture
def alertmanager(replicas: list[str], tmp_path: Path) -> Iterator[str]:
    """Run a real Alertmanager that tells both replicas, and repeats itself every few seconds."""
    key = {"authorization": {"credentials_file": os.environ["RUNLORE_API_KEY_FILE"]}}
    hooks = [{"url": f"{url}/v1/alerts", "send_resolved": False, "http_config": key} for url in replicas]
    route = {
        "receiver": "runlore",
        "group_by": ["alertname"],
        "group_wait": "1s",
        "group_interval": "2s",
        "repeat_interval": "4s",
    }
    config = {"route": route, "receivers": [{"name": "runlore", "webhook_configs": hooks}]}
    file, port = tmp_path / "alertmanager.yml", find_free_port()
    file.write_text(json.dumps(config))
    process = subprocess.Popen(
        [
            "prometheus-alertmanager",
            f"--config.file={file}",
            f"--storage.path={tmp_path}/data",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: is_there(f"{url}/-/ready"), 60)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_what_a_real_alertmanager_repeats_to_both_is_told_once(alertmanager: str, channel: Channel) -> None:
    mark = uuid.uuid4().hex
    labels = [{"alertname": "KafkaLag", "topic": f"t{number}", "mark": mark} for number in range(5)]

    def fire() -> None:
        alerts = [{"labels": one, "annotations": {"summary": "Events wait."}} for one in labels]
        httpx.post(f"{alertmanager}/api/v2/alerts", json=alerts, timeout=10).raise_for_status()

    def told() -> list[str]:
        mine = [one["alert"]["labels"] for one in channel.told]
        return sorted(one["topic"] for one in mine if one.get("mark") == mark)

    fire()
    wait_for(lambda: len(told()) == len(labels), 60)
    for _ in range(3):
        time.sleep(4)
        fire()
    assert told() == [f"t{number}" for number in range(5)]
