"""An action helped if what fired for its target has ended; where nothing fired, nobody says that it did."""

import time
from typing import Any

import httpx
import pytest

from processors.knowledge.actions.binding import Target
from processors.pipelines.actions import effects
from processors.settings import load_settings

API = Target(kind="Deployment", namespace="shop", name="api")


def fire(*alerts: str) -> list[dict[str, Any]]:
    """Return what Prometheus tells of alerts, one of another namespace and one that is only about to."""
    own = [
        {"state": "firing", "labels": {"alertname": name, "namespace": "shop", "pod": "api-1-x"}}
        for name in alerts
    ]
    other = {"state": "firing", "labels": {"alertname": "Other", "namespace": "bank", "deployment": "api"}}
    soon = {"state": "pending", "labels": {"alertname": "Soon", "namespace": "shop", "deployment": "api"}}
    return [*own, other, soon]


def measure(monkeypatch: pytest.MonkeyPatch, before: tuple[str, ...] | None, *told: Any) -> Any:
    """Measure with what Prometheus tells one time after the other; the last one stands."""
    answers = list(told)

    def tell(_url: str) -> Any:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(effects.prometheus, "list_alerts", tell)
    monkeypatch.setattr(effects, "_PAUSE_S", 0.01)
    return effects.measure_effect(load_settings(), API, before, time.monotonic() + 0.2)


def test_only_what_fires_for_the_target_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects.prometheus, "list_alerts", lambda _url: fire("Crashing"))
    assert effects.list_alerts(load_settings(), API) == ("Crashing",)


def test_it_helped_when_all_of_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    effect = measure(monkeypatch, ("Crashing",), fire("Crashing"), fire())
    assert (effect.helped, effect.after) == (True, ())


def test_it_did_not_when_something_fires_still(monkeypatch: pytest.MonkeyPatch) -> None:
    effect = measure(monkeypatch, ("Crashing", "Slow"), fire("Slow"))
    assert (effect.helped, effect.after) == (False, ("Slow",))


@pytest.mark.parametrize("before", [(), None])
def test_where_nothing_fired_nothing_helped(
    monkeypatch: pytest.MonkeyPatch, before: tuple[str, ...] | None
) -> None:
    assert measure(monkeypatch, before, fire()).helped is None


def test_without_prometheus_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert measure(monkeypatch, ("Crashing",), httpx.ConnectError("down")).helped is None
