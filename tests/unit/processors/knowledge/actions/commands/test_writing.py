import pytest

from processors.knowledge.actions.catalogue import check_parameters, load_catalogue
from processors.knowledge.actions.commands import read_command, write_command

EXAMPLES = {
    "namespace": "shop",
    "resource": "deployment",
    "name": "api",
    "integer": 3,
    "image": "registry.example/shop/api:1.2",
    "duration": "2h",
    "promql": 'sum(rate(x{job="a b"}[5m])) by (job)',
    "manifest": "apiVersion: v1\nkind: ConfigMap\ndata: {a: 'b \"c\"'}",
    "key": "a" * 32,
}
TEXTS = {
    "selector": "app in (api,web)",
    "alertname": "HighLatency",
    "comment": "it's known; wait | see $HOME",
}


@pytest.mark.parametrize("action", load_catalogue().values(), ids=load_catalogue())
@pytest.mark.parametrize("only_required", [True, False])
def test_what_is_written_is_read_back(action, only_required):
    given = {
        each.name: each.choices[0] if each.choices else TEXTS.get(each.name, EXAMPLES.get(each.kind))
        for each in action.parameters
        if each.required or not only_required
    }
    parameters = check_parameters(action, given)
    assert read_command(write_command(action.name, parameters)) == (action.name, parameters)


def test_kubernetes_is_written_as_people_type_it():
    parameters = {"namespace": "shop", "resource": "deployment", "name": "api"}
    assert write_command("kubernetes.rollout_restart", parameters) == (
        "/do kubectl rollout restart deployment/api --namespace=shop"
    )
