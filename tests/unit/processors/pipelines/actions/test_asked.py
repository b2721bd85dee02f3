"""What a run is asked for is what the service signed for that very run, or is of whoever triggered it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.actions import POLICY
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.request import Request, make_request, name_run, sign_request
from processors.pipelines.actions.asked import Run, open_deed, require_recent
from processors.settings import Settings, change_settings, load_settings
from tests.support.action_runs import GUEST, ONCALL

NOW = datetime(2026, 11, 29, 15, tzinfo=UTC)
SECRET = "s" * 40
RESTART = {"namespace": "shop", "resource": "deployment", "name": "api"}
PRIVILEGED = """
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: c, image: shop/api:1, securityContext: {privileged: true}}]}
"""


@pytest.fixture
def acting(tmp_path: Path) -> Settings:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    return change_settings(load_settings(), actions={"secret_file": file, "policy_file": POLICY})


def make(action: str = "kubernetes.rollout_restart", **parameters: Any) -> Request:
    told = parameters or RESTART
    return make_request(action, told, ONCALL, source="chat", language="en", now=NOW)


def run_of(request: Request, secret: str = SECRET, **changed: Any) -> Run:
    conf = {"request": request.model_dump(mode="json"), "signature": sign_request(request, secret)}
    return Run(name_run(request.key), conf, "runlore", NOW)._replace(**changed)


def refuse(acting: Settings, run: Run) -> str:
    with pytest.raises(ActionRefusedError) as caught:
        open_deed(acting, run)
    return caught.value.reason


def test_what_the_service_signed_is_its_callers(acting: Settings) -> None:
    deed = open_deed(acting, run_of(make()))
    assert deed.request.proposer == ONCALL
    # Of the person's groups, a cluster is told those that it knows.
    assert deed.groups == ("sre",)


def test_a_request_that_was_signed_otherwise_or_changed_is_refused(acting: Settings) -> None:
    request = make()
    assert refuse(acting, run_of(request, "x" * 40)) == "bad_signature"
    run = run_of(request)
    forged = {**run.conf["request"], "parameters": {**RESTART, "name": "other"}}
    assert refuse(acting, run._replace(conf={**run.conf, "request": forged})) == "bad_signature"


def test_a_request_is_good_for_its_own_run(acting: Settings) -> None:
    assert refuse(acting, run_of(make(), run_id="manual__1")) == "used_before"


def test_without_a_signature_who_triggered_it_asks(acting: Settings) -> None:
    conf = run_of(make()).conf | {"signature": ""}
    deed = open_deed(acting, Run("manual__1", conf, "admin", NOW))
    assert deed.request.proposer.user == "airflow:admin"
    assert deed.request.source == "airflow"
    assert open_deed(acting, Run("manual__1", conf, "admin", NOW)).request == deed.request
    assert refuse(acting, Run("manual__1", conf, "operator", NOW)) == "may_not_propose"
    assert refuse(acting, Run("manual__1", conf, "", NOW)) == "unknown_approver"


@pytest.mark.parametrize("conf", [{}, {"request": "rm"}, {"request": {"action": "rm", "parameters": {}}}])
def test_a_run_that_asks_for_nothing_is_refused(acting: Settings, conf: dict[str, Any]) -> None:
    refuse(acting, Run("manual__1", conf, "admin", NOW))


def test_values_and_policy_are_checked_again(acting: Settings) -> None:
    assert refuse(acting, run_of(make(**RESTART | {"name": "api; rm -rf /"}))) == "bad_parameter"
    manifest = make("kubernetes.apply", namespace="shop", manifest=PRIVILEGED)
    assert refuse(acting, run_of(manifest)) == "manifest_forbidden"
    guests = make().model_copy(update={"proposer": GUEST})
    assert refuse(acting, run_of(guests)) == "may_not_propose"


def test_what_was_asked_long_ago_is_refused(acting: Settings) -> None:
    require_recent(acting, make(), NOW + timedelta(minutes=14))
    with pytest.raises(ActionRefusedError, match="expired"):
        require_recent(acting, make(), NOW + timedelta(minutes=15))
