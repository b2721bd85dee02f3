import pytest

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.request import Person, check_signature, read_request, sign_request
from processors.knowledge.actions.sealing import digest
from tests.support.actions import ALICE, SECRET, make_restart


def test_a_request_comes_back_from_json_with_its_signature_good():
    request = make_restart()
    signature = sign_request(request, SECRET)
    back = read_request(request.model_dump(mode="json"))
    assert back == request
    check_signature(back, signature, SECRET)


@pytest.mark.parametrize(
    "changed",
    [
        {"parameters": {"namespace": "shop", "resource": "deployment", "name": "db"}},
        {"action": "kubernetes.rollout_undo"},
        {"proposer": ALICE.model_copy(update={"groups": ("admin",)})},
        {"key": "0" * 32},
    ],
)
def test_a_changed_request_has_another_signature(changed):
    request = make_restart()
    signature = sign_request(request, SECRET)
    with pytest.raises(ActionRefusedError, match="signature"):
        check_signature(request.model_copy(update=changed), signature, SECRET)


@pytest.mark.parametrize("signature", [None, "", "é", 7, ["a"], "0" * 64])
def test_what_is_no_signature_is_refused(signature):
    with pytest.raises(ActionRefusedError):
        check_signature(make_restart(), signature, SECRET)


def test_nothing_is_signed_without_a_secret():
    request = make_restart()
    with pytest.raises(ValueError, match="RUNLORE_ACTIONS_SECRET"):
        sign_request(request, "")
    with pytest.raises(ActionRefusedError):
        check_signature(request, sign_request(request, SECRET), "")


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "../../etc"},
        {"key": "A" * 32},
        {"source": "document"},
        {"approved": True},
        {"asked_at": "yesterday"},
        {"parameters": {"name": ["api"]}},
        {"proposer": {"user": "", "groups": []}},
    ],
)
def test_what_is_no_request_is_refused(changed):
    told = make_restart().model_dump(mode="json") | changed
    with pytest.raises(ActionRefusedError, match="isn't a request"):
        read_request(told)


def test_who_is_called_by_no_name_is_hashed_as_before_there_were_names():
    """Records that were chained before name them so."""
    person = Person(user="key:ops", groups=("sre",))
    assert digest(person) == digest({"user": "key:ops", "groups": ["sre"]})
    named = person.model_copy(update={"name": "ops@example.org"})
    assert digest(named) != digest(person)
    assert Person.model_validate_json(named.model_dump_json()) == named
