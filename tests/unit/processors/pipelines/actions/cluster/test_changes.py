"""A change names the version that it is for and leaves the action's mark, in whatever form it is sent."""

from typing import Any

from processors.pipelines.actions.cluster.changes import MARK, Patch, bind_patch, replace_template
from processors.pipelines.actions.cluster.differences import compare_objects, version_of
from processors.stores.actions.kubernetes import STEPS, STRATEGIC

CURRENT: dict[str, Any] = {
    "kind": "Deployment",
    "metadata": {"name": "api", "resourceVersion": "7", "annotations": {"team": "shop"}},
    "spec": {"replicas": 2},
}


def test_a_merged_change_is_bound_and_marked() -> None:
    patch = bind_patch(Patch({"spec": {"replicas": 3}}, STRATEGIC), CURRENT, "k1")
    meta = {"resourceVersion": "7", "annotations": {MARK: "k1"}}
    assert patch.body == {"spec": {"replicas": 3}, "metadata": meta}


def test_steps_are_bound_and_marked_and_keep_what_is_annotated() -> None:
    template = {"metadata": {"labels": {"app": "api", "pod-template-hash": "5d9f"}}, "spec": {}}
    patch = bind_patch(replace_template(template), CURRENT, "k1")
    assert patch.form == STEPS
    version, annotations, replaced = patch.body
    assert version == {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}
    assert annotations["value"] == {"team": "shop", MARK: "k1"}
    assert replaced["value"]["metadata"]["labels"] == {"app": "api"}


def test_bookkeeping_and_status_are_no_difference() -> None:
    changed = {
        **CURRENT,
        "metadata": {**CURRENT["metadata"], "resourceVersion": "8", "generation": 3, "managedFields": [{}]},
        "status": {"replicas": 2},
    }
    assert compare_objects(CURRENT, changed) == "Nothing would change."


def test_a_new_object_is_shown_whole() -> None:
    assert "+  replicas: 2" in compare_objects(None, CURRENT)


def test_a_node_is_the_same_with_each_sign_of_life() -> None:
    def make(version: str, *, closed: bool) -> dict[str, Any]:
        meta = {"name": "n", "resourceVersion": version}
        return {"kind": "Node", "metadata": meta, "spec": {"unschedulable": closed}}

    assert version_of(make("1", closed=False)) == version_of(make("2", closed=False))
    assert version_of(make("1", closed=False)) != version_of(make("1", closed=True))
