"""Faults that are played in memory: what a cluster makes of them, what is found, and how that is judged."""

import pytest

from evaluation.benchmarks.diagnosis.__main__ import run_episode
from evaluation.benchmarks.diagnosis.cluster import NOON, edit, is_true, walk
from evaluation.benchmarks.diagnosis.episode import play_episode
from evaluation.benchmarks.diagnosis.fault import Expected
from evaluation.benchmarks.diagnosis.faults import FAULTS
from evaluation.benchmarks.diagnosis.judging import is_grounded, judge
from evaluation.benchmarks.diagnosis.play import play
from evaluation.benchmarks.diagnosis.results import say_row
from evaluation.benchmarks.diagnosis.town import build_town
from processors.knowledge.chunk import Chunk
from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.incident import Cause
from processors.knowledge.incidents.observation import observe

EXPECTED = Expected((("Service", "shop", "cart"),), (("selector",),))


def make_cause(object_: str = "Service/cart", namespace: str = "shop") -> Cause:
    says = f"Service cart in namespace {namespace}: its selector app=carts matches no pod."
    return Cause(object_, namespace, says, 0.9, ("1",), "selector")


def make_chunk(text: str) -> Chunk:
    return {"title": "", "text": text, "labels": {}}  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    "name",
    [
        "wrong_image_tag",
        "missing_key",
        "readiness_wrong_path",
        "service_selector",
        "policy_denies_all",
        "quota_used_up",
        "untolerated_taint",
        "node_not_ready",
        "missing_storage_class",
        "dns_down",
    ],
)
def test_the_cause_of_a_fault_is_found_and_shown(name: str) -> None:
    verdict = run_episode(name, seed=4).verdict
    assert verdict.is_cause, verdict.said
    assert verdict.is_grounded, verdict.said
    assert not verdict.is_elsewhere


def test_nothing_is_wrong_where_all_is_well() -> None:
    chunks = play_episode(None, seed=4).chunks
    assert [one.title for one in find_incidents([observe(chunk) for chunk in chunks], NOON)] == []


def test_the_same_seed_plays_the_same() -> None:
    one, other = (play_episode(FAULTS["oom_by_limit"], seed=5).chunks for _ in range(2))
    assert one == other


def test_a_rollout_that_does_not_become_ready_keeps_the_old_pods() -> None:
    town = build_town(6)
    place = "Deployment", town.namespace, town.middle

    def change(deployment: dict[str, dict[str, dict[str, dict[str, list[dict[str, str]]]]]]) -> None:
        deployment["spec"]["template"]["spec"]["containers"][0]["image"] = "nobody/made:this"

    edit(town.cluster, *place, change)
    play(town.cluster, 12)
    deployment = town.cluster.objects[place]
    pods = [
        one
        for one in walk(town.cluster, "Pod", town.namespace)
        if one["metadata"]["labels"].get("app") == town.middle
    ]
    assert sum(is_true(pod, "Ready") for pod in pods) == deployment["spec"]["replicas"]
    assert len(pods) > deployment["spec"]["replicas"]
    assert not is_true(deployment, "Progressing")


def test_an_answer_is_judged_by_its_first_cause() -> None:
    right, other = make_cause(), make_cause("Service/pay")
    known = {"1": make_chunk("Service cart selects app=carts")}
    assert judge([right], EXPECTED, known, "shop").is_cause
    second = judge([other, right], EXPECTED, known, "shop")
    assert (second.is_object, second.is_among) == (False, True)
    assert judge([make_cause(namespace="elsewhere")], EXPECTED, known, "shop").is_elsewhere
    assert not judge([], EXPECTED, known, "shop").is_among


def test_a_cause_is_grounded_if_its_evidence_shows_it() -> None:
    cause = make_cause()
    assert is_grounded(cause, [make_chunk("Service cart selects app=carts")])
    assert not is_grounded(cause, [make_chunk("Service cart listens on http")])
    assert not is_grounded(cause, [make_chunk("Service pay selects app=carts")])
    assert not is_grounded(cause, [])


def test_a_row_tells_shares() -> None:
    known = {"1": make_chunk("Service cart selects app=carts")}
    verdicts = [judge(causes, EXPECTED, known, "shop") for causes in ([make_cause()], [])]
    assert say_row("causes", verdicts) == "| causes | 0.50 | 0.50 | 0.50 | 1.00 | 0 |"
