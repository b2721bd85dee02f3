from typing import Any

import pytest
import redis
from opensearchpy import NotFoundError

from evaluation.release import shadow
from processors.settings import Settings, change_settings, load_settings

REPORT = {"candidate": "cag-v000002", "questions": 3, "failed": 0, "means": {"overlap_at_10": 0.5}}


class FakeOpenSearch:
    """Remembers how aliases were changed."""

    def __init__(self, live: str | None = "cag-v000001") -> None:
        self.live = live
        self.indices = self
        self.steps: list[Any] = []

    def get_alias(self, name: str) -> dict[str, Any]:
        if self.live is None:
            raise NotFoundError(404, "alias missing", {})
        return {self.live: {"aliases": {name: {}}}}

    def update_aliases(self, body: dict[str, Any]) -> None:
        self.steps += [
            (*action, *(change["alias"] for change in action.values())) for action in body["actions"]
        ]


@pytest.fixture
def settings() -> Settings:
    return change_settings(load_settings(), shadow={"share": 0.5, "seconds": 7})


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("evaluation.release.shadow.time.sleep", slept.append)
    monkeypatch.setattr("evaluation.release.shadow.read_shadow", lambda *_: REPORT)
    return slept


def hold(client: Any, settings: Settings) -> Any:
    return shadow.hold_for_shadow(client, settings, "cag", "cag-v000002")


def test_the_candidate_is_shown_for_as_long_as_set_and_hidden_again(
    settings: Settings, slept: list[float]
) -> None:
    client = FakeOpenSearch()
    assert hold(client, settings) == REPORT
    assert slept == [7]
    alias = "cag-candidate"
    assert client.steps == [("remove", alias), ("add", alias), ("remove", alias)]


def test_it_is_hidden_even_if_the_wait_is_broken_off(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evaluation.release.shadow.time.sleep", stop)
    client = FakeOpenSearch()
    with pytest.raises(KeyboardInterrupt):
        hold(client, settings)
    assert client.steps[-1] == ("remove", "cag-candidate")


@pytest.mark.parametrize("change", [{"share": 0.0}, {"seconds": 0}], ids=str)
def test_nothing_waits_when_it_is_off(settings: Settings, slept: list[float], change: Any) -> None:
    client = FakeOpenSearch()
    assert hold(client, change_settings(settings, shadow=change)) is None
    assert (client.steps, slept) == ([], [])


def test_nothing_waits_without_a_live_version(settings: Settings, slept: list[float]) -> None:
    assert hold(FakeOpenSearch(live=None), settings) is None
    assert slept == []


def test_without_redis_the_swap_goes_on(
    settings: Settings, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise redis.ConnectionError("refused")

    monkeypatch.setattr("evaluation.release.shadow.read_shadow", fail)
    assert hold(FakeOpenSearch(), settings) is None
    assert slept == [7]
