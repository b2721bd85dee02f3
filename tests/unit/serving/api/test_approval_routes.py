from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.knowledge.actions.binding import Approval, check_approval
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.settings import Settings
from tests.support.acting import SECRET, show_key, switch_on
from tests.support.fake_airflow import FakeAirflow, Run, propose

Client = AsyncTestClient[Litestar]
RESTART = {"command": "kubectl rollout restart deployment/api -n checkout"}
DRY_RUN = "+ annotation: <script>alert(1)</script> $title"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return switch_on(settings, tmp_path)


class Link:
    """The page of a proposal as who has the link reaches it, without any header of theirs."""

    def __init__(self, client: Client, told: dict[str, Any]) -> None:
        address = urlsplit(told["proposal"]["approve_url"])
        self.client, self.path = client, address.path
        self.form = {"token": parse_qs(address.query)["token"][0], "hash": told["proposal"]["hash"]}

    async def open(self, **changed: str) -> Any:
        token = {"token": self.form["token"]} | changed
        return await self.client.get(self.path, params=token, headers={"Authorization": ""})

    async def decide(self, key: dict[str, str], decision: str = "approve", **changed: str) -> Any:
        shown = key["Authorization"].removeprefix("Bearer ")
        form = {**self.form, "api_key": shown, "decision": decision} | changed
        return await self.client.post(self.path, data=form, headers={"Authorization": ""})


@pytest.fixture
async def link(client: Client, world: Any) -> Link:
    world.airflow.play = lambda run: propose(run, DRY_RUN)
    return Link(client, (await client.post("/v1/actions", json=RESTART, headers=show_key("ops"))).json())


@pytest.fixture
def run(link: Link, world: Any) -> Run:
    assert link
    airflow: FakeAirflow = world.airflow
    return next(iter(airflow.runs.values()))


async def test_the_page_shows_what_would_be_done_and_nothing_on_it_acts(link: Link) -> None:
    page = await link.open()
    assert page.status_code == 200
    assert "kubectl rollout restart deployment/api --namespace=checkout" in page.text
    assert "key:ops" in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; $title" in page.text
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "base-uri 'none'", "form-action 'self'", "sandbox allow-forms"} <= {*policy}
    assert "frame-ancestors 'none'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "private, no-store"


async def test_another_person_approves_and_airflow_gets_who_it_was_signed(link: Link, run: Run) -> None:
    page = await link.decide(show_key("lead"))
    assert page.status_code == 200
    assert "Approved." in page.text
    assert "<form" not in page.text
    assert run.answer is not None
    assert run.answer["chosen_options"] == ["Approve"]
    given = run.answer["params_input"]
    approval = Approval.model_validate(given["approval"])
    assert (approval.by.user, approval.through) == ("key:lead", "link")
    assert approval.hash == run.proposal.hash
    key = run.proposal.request.key
    check_approval(approval, key, given["signature"], SECRET)
    with pytest.raises(ActionRefusedError):
        check_approval(approval, "00" * 16, given["signature"], SECRET)


async def test_a_no_is_handed_over_without_anything_that_could_be_shown_as_a_yes(
    link: Link, run: Run
) -> None:
    assert "Rejected." in (await link.decide(show_key("lead"), "reject")).text
    assert run.answer is not None
    assert run.answer["chosen_options"] == ["Reject"]
    assert run.answer["params_input"].keys() == {"by"}


@pytest.mark.parametrize(
    ("who", "told"), [("ops", "another person has to approve it"), ("dev", "may not approve")]
)
async def test_who_proposed_it_or_may_not_approve_is_refused(
    link: Link, run: Run, who: str, told: str
) -> None:
    page = await link.decide(show_key(who))
    assert page.status_code == 403
    assert told in page.text
    assert run.answer is None


async def test_who_proposed_it_may_take_it_back(link: Link, run: Run) -> None:
    assert (await link.decide(show_key("ops"), "reject")).status_code == 200
    assert run.answer is not None


@pytest.mark.parametrize("shown", ["no such key", "ключ", "a\nb"])
async def test_a_link_without_a_good_key_approves_nothing(link: Link, run: Run, shown: str) -> None:
    page = await link.decide({"Authorization": f"Bearer {shown}"})
    assert page.status_code == 401
    assert run.answer is None


@pytest.mark.parametrize("token", ["", "00" * 32, "ы"])
async def test_a_forged_link_opens_and_approves_nothing(link: Link, run: Run, token: str) -> None:
    assert (await link.open(token=token)).status_code == 400
    assert (await link.decide(show_key("lead"), token=token)).status_code == 400
    assert run.answer is None


async def test_a_link_is_of_one_proposal(link: Link, client: Client, world: Any, run: Run) -> None:
    told = (await client.post("/v1/actions", json=RESTART, headers=show_key("ops"))).json()
    other = Link(client, told)
    assert (await other.open(token=link.form["token"])).status_code == 400
    world.airflow.runs[told["run_id"]].results["propose_task"] = run.results["propose_task"]
    assert (await other.open()).status_code == 404


async def test_what_is_approved_is_what_was_seen(link: Link, run: Run) -> None:
    page = await link.decide(show_key("lead"), hash="00" * 32)
    assert page.status_code == 409
    assert run.answer is None


async def test_an_expired_proposal_can_not_be_approved(client: Client, world: Any) -> None:
    world.airflow.play = lambda run: propose(run, seconds=-1)
    told = (await client.post("/v1/actions", json=RESTART, headers=show_key("ops"))).json()
    late = Link(client, told)
    page = await late.decide(show_key("lead"))
    assert page.status_code == 400
    assert "expired" in page.json()["error"]["message"]
    assert next(iter(world.airflow.runs.values())).answer is None


async def test_the_second_of_two_browsers_is_told_so(link: Link, run: Run) -> None:
    await link.decide(show_key("lead"))
    run.states["approval_task"] = "awaiting_input"
    page = await link.decide(show_key("lead"), "reject")
    assert page.status_code == 409
    assert "before you" in page.text
    assert run.answer is not None
    assert run.answer["chosen_options"] == ["Approve"]
