import pytest

from processors.knowledge.actions.catalogue import find_action
from processors.knowledge.actions.policy import (
    Policy,
    find_airflow_person,
    find_allowed,
    load_policy,
    name_human,
    read_policy,
    require_may_approve,
    require_may_propose,
)
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.request import Person

POLICY = read_policy(
    """
    groups: [sre, viewers]
    rules:
      - {action: kubernetes.scale, propose: [sre, dev], approve: [leads]}
      - {action: "kubernetes.get*", propose: [viewers]}
    people:
      alice@example.org: {airflow: alice, users: ["key:alice", "jwt:chat:1*"], groups: [sre, leads]}
      bob@example.org: {airflow: bob, users: ["key:bob"], groups: [sre]}
      carol: {users: ["jwt:chat:12"], groups: [leads]}
    """
)
RESTART = find_action("kubernetes.rollout_restart")
SCALE = find_action("kubernetes.scale")
GET = find_action("kubernetes.get")
ALICE = Person(user="key:alice", groups=("sre", "leads"))
BOB = Person(user="airflow:bob", groups=("sre",))


def test_the_first_rule_that_fits_decides_and_else_the_catalogue():
    assert find_allowed(POLICY, SCALE) == (("sre", "dev"), ("leads",))
    assert find_allowed(POLICY, GET) == (("viewers",), ())
    assert find_allowed(POLICY, RESTART) == (("sre",), ("sre",))


def test_accounts_are_found_by_name_first_and_then_by_pattern():
    users = ("alice@example.org", "key:alice", "airflow:alice", "jwt:chat:17", "jwt:chat:2", "airflow:jwt")
    assert [name_human(POLICY, user) for user in users] == ["alice@example.org"] * 4 + ["", ""]


def test_who_has_the_group_may_propose():
    require_may_propose(POLICY, RESTART, ALICE)
    require_may_propose(POLICY, GET, Person(user="key:nobody", groups=("viewers",)))
    with pytest.raises(ActionRefusedError, match="sre"):
        require_may_propose(POLICY, RESTART, Person(user="key:alice", groups=("public",)))


def test_a_stranger_may_read_and_change_nothing():
    stranger = Person(user="key:shared", groups=("sre", "viewers"))
    require_may_propose(POLICY, GET, stranger)
    with pytest.raises(ActionRefusedError, match="doesn't know key:shared"):
        require_may_propose(POLICY, RESTART, stranger)


def test_another_person_of_the_group_may_approve():
    require_may_approve(POLICY, RESTART, BOB, ALICE)
    with pytest.raises(ActionRefusedError, match="leads"):
        require_may_approve(POLICY, SCALE, BOB, ALICE)


@pytest.mark.parametrize("user", ["key:alice", "airflow:alice", "alice@example.org", "jwt:chat:17"])
def test_nobody_approves_their_own_under_whatever_account(user):
    with pytest.raises(ActionRefusedError) as caught:
        require_may_approve(POLICY, RESTART, Person(user=user, groups=("sre",)), ALICE)
    assert caught.value.reason == "self_approval"


def test_who_isnt_known_approves_nothing():
    with pytest.raises(ActionRefusedError) as caught:
        require_may_approve(POLICY, RESTART, Person(user="airflow:mallory", groups=("sre",)), ALICE)
    assert caught.value.reason == "unknown_approver"
    with pytest.raises(ActionRefusedError):
        require_may_approve(Policy(), RESTART, BOB, ALICE)


def test_airflows_users_have_the_groups_of_the_policy():
    assert find_airflow_person(POLICY, "bob") == BOB
    for name in ("mallory", ""):
        with pytest.raises(ActionRefusedError):
            find_airflow_person(POLICY, name)


@pytest.mark.parametrize(
    "text",
    [
        "people: {a: {airflow: x}, b: {airflow: x}}",
        "people: {a: {users: ['key:x']}, b: {users: ['key:x']}}",
        "colour: red",
        "rules: [",
        "rules: [{action: '', propose: [sre]}]",
    ],
)
def test_what_is_no_policy_is_refused(text):
    with pytest.raises(ValueError, match=r"no policy|one account"):
        read_policy(text)


def test_without_a_file_nobody_is_known(tmp_path):
    assert load_policy(None) == Policy()
    file = tmp_path / "policy.yaml"
    file.write_text("groups: [sre]")
    assert load_policy(file).groups == ("sre",)
