import json

import httpx

from local.webhook import listening


def post(url: str, status: str, job: str) -> None:
    labels = {"alertname": "NotAnswering", "job": job}
    alert = {
        "status": status,
        "labels": labels,
        "annotations": {"runbook_url": "docs/runbooks/redis-down.md"},
    }
    body = json.dumps({"version": "4", "alerts": [alert]})
    httpx.post(url, content=body).raise_for_status()


def test_what_is_posted_is_found_by_its_newest_state_and_its_labels() -> None:
    with listening() as webhook:
        post(webhook.url, "firing", "mlflow")
        post(webhook.url, "firing", "redis")
        post(webhook.url, "resolved", "redis")
        found = webhook.find("NotAnswering", "resolved", {"job": "redis"})
        assert found is not None
        assert found.runbook == "docs/runbooks/redis-down.md"
        assert webhook.find("NotAnswering", "firing", {"job": "redis"}) is None
        assert webhook.find("NotAnswering", "firing", {"job": "mlflow"}) is not None
        assert webhook.find("DeadLetters", "firing", {}) is None
