"""What the chart takes from elsewhere in the project is what stands there."""

from typing import Any

import yaml

from local.charts.helm import CHART
from local.kube_build import MODULE
from local.settings import ROOT


def test_the_alerts_are_those_of_the_local_stack() -> None:
    rules = CHART / "files/rules.yml"
    assert rules.resolve() == ROOT / "local/config/rules.yml"
    assert yaml.safe_load(rules.read_text()).keys() == {"groups"}


def test_the_dashboards_are_those_of_the_local_stack() -> None:
    dashboards = CHART / "files/dashboards"
    assert dashboards.resolve() == ROOT / "local/dashboards/grafana"
    assert list(dashboards.glob("*.json"))


def test_the_collectors_may_see_what_the_local_collector_may() -> None:
    objects: list[Any] = list(yaml.safe_load_all((MODULE / "collector.yaml").read_text()))
    (role,) = (one for one in objects if one["kind"] == "ClusterRole")
    template = (CHART / "templates/collector/rbac.yaml").read_text()
    rules = template.partition("rules:\n")[2].partition("  {{- if")[0]
    assert yaml.safe_load(rules) == role["rules"]
