from datetime import timedelta

import pytest

from processors.knowledge.actions.binding import (
    MOST_SHOWN,
    Approval,
    Target,
    check_approval,
    check_bound,
    check_link,
    show_output,
    sign_approval,
    sign_link,
)
from processors.knowledge.actions.refusal import ActionRefusedError
from tests.support.actions import ALICE, BOB, NOW, SECRET, make_restart, propose

REQUEST = make_restart()
PROPOSAL = propose(REQUEST)
APPROVAL = Approval(by=BOB, at=NOW, through="link", hash=PROPOSAL.hash)


def test_an_approval_is_good_for_what_was_proposed():
    check_bound(PROPOSAL, propose(REQUEST), APPROVAL, NOW)


@pytest.mark.parametrize(
    ("fresh", "what"),
    [
        (propose(make_restart(name="db")), "the request"),
        (propose(REQUEST.model_copy(update={"key": "1" * 32})), "the request"),
        (propose(REQUEST.model_copy(update={"proposer": BOB})), "the request"),
        (propose(REQUEST, target=None), "the target"),
        (
            propose(
                REQUEST,
                target=Target(
                    kind="Deployment", namespace="shop", name="api", uid="u1", resource_version="8"
                ),
            ),
            "the target",
        ),
        (propose(REQUEST, command=("kubectl", "delete", "deployment/api")), "the command"),
        (propose(REQUEST, dry_run="-a\n+c"), "what the dry run says"),
        (propose(REQUEST, expires_at=NOW + timedelta(days=1)), "the time"),
    ],
)
def test_what_changed_since_is_refused_and_named(fresh, what):
    with pytest.raises(ActionRefusedError, match=what):
        check_bound(PROPOSAL, fresh, APPROVAL, NOW)


def test_a_dry_run_that_differs_only_in_what_is_masked_or_cut_is_another():
    long = "x\n" * MOST_SHOWN
    first, second = (propose(REQUEST, dry_run=long + end) for end in ("a", "b"))
    assert first.dry_run == second.dry_run
    with pytest.raises(ActionRefusedError, match="dry run"):
        check_bound(first, second, APPROVAL.model_copy(update={"hash": first.hash}), NOW)


def test_an_approval_expires():
    with pytest.raises(ActionRefusedError, match="expired"):
        check_bound(PROPOSAL, propose(REQUEST), APPROVAL, PROPOSAL.expires_at)


def test_an_approval_by_link_is_of_one_request_and_one_person():
    signature = sign_approval(APPROVAL, REQUEST.key, SECRET)
    check_approval(APPROVAL, REQUEST.key, signature, SECRET)
    for approval, key in (
        (APPROVAL, "0" * 32),
        (APPROVAL.model_copy(update={"by": ALICE}), REQUEST.key),
        (APPROVAL.model_copy(update={"hash": "0" * 64}), REQUEST.key),
    ):
        with pytest.raises(ActionRefusedError):
            check_approval(approval, key, signature, SECRET)


def test_a_link_opens_one_proposal_until_it_expires():
    token = sign_link(PROPOSAL, SECRET)
    check_link(PROPOSAL, token, SECRET, NOW)
    with pytest.raises(ActionRefusedError, match="link"):
        check_link(propose(REQUEST, dry_run=""), token, SECRET, NOW)
    with pytest.raises(ActionRefusedError, match="expired"):
        check_link(PROPOSAL, token, SECRET, PROPOSAL.expires_at)
    with pytest.raises(ActionRefusedError, match="link"):
        check_link(PROPOSAL, "0" * 64, SECRET, NOW)


def test_output_is_masked_and_cut():
    shown = show_output("password=hunter22-and-more\n" + "a line\n" * 100_000)
    assert "hunter22" not in shown
    assert len(shown) < MOST_SHOWN + 100
    assert "more characters" in shown[-40:]
