"""The collector's account may look and nothing more, that of actions may only act for those on its list."""

from pathlib import Path
from typing import Any

import yaml

from local.actions import POLICY
from processors.knowledge.actions.policy import load_policy
from processors.stores.actions.kubernetes.access import GROUP_PREFIX, USER
from processors.stores.kubernetes import RESOURCES

FOLDER = Path(__file__).parents[3] / "local/kubernetes"


def list_rights(file: str) -> dict[tuple[str, str], set[str]]:
    """Return group and resource to verbs of a manifest's cluster role."""
    manifests: list[Any] = list(yaml.safe_load_all((FOLDER / file).read_text(encoding="utf-8")))
    (role,) = (manifest for manifest in manifests if manifest["kind"] == "ClusterRole")
    return {
        (group, resource): set(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def name_watched() -> set[tuple[str, str]]:
    return {(version.rpartition("/")[0], resource) for resource, (version, _) in RESOURCES.items()}


def test_every_kind_that_is_watched_may_be_listed_and_watched() -> None:
    rights = {**list_rights("collector.yaml"), **list_rights("collector-secrets.yaml")}
    assert rights.keys() == name_watched()
    assert all({"list", "watch"} <= verbs <= {"get", "list", "watch"} for verbs in rights.values())


def test_who_acts_may_only_act_for_those_on_the_list() -> None:
    manifests = list(yaml.safe_load_all((FOLDER / "actions.yaml").read_text(encoding="utf-8")))
    (role,) = (manifest for manifest in manifests if manifest["kind"] == "ClusterRole")
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"impersonate"}
    named = {rule["resources"][0]: rule.get("resourceNames") for rule in role["rules"]}
    assert named["users"] == [USER]
    assert named["groups"] == [f"{GROUP_PREFIX}{group}" for group in load_policy(POLICY).groups]
    assert named.keys() == {"users", "groups", "userextras/runlore.io/user"}


def test_secrets_are_read_only_on_request() -> None:
    assert ("", "secrets") not in list_rights("collector.yaml")
    assert list_rights("collector-secrets.yaml").keys() == {("", "secrets")}
