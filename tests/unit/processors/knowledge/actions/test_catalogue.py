import pytest
import yaml

from processors.knowledge.actions.catalogue import (
    build_command,
    check_parameters,
    find_action,
    load_catalogue,
    read_catalogue,
)
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.values import read_value

CATALOGUE = load_catalogue()
HOSTILE = (
    "; rm -rf /", "api; id", "$(id)", "`id`", "api && id", "api | sh", "--kubeconfig=/etc/x", "-o",
    "go-template={{.}}", "@/etc/passwd", "../../etc/passwd", "api\nid", "api\x00", "a" * 254, "", " ",
    "API\u202e", "{name}", "%s", "api*", "kube-system/../default", "-n", "--as=system:admin", "api\u200b",
)  # fmt: skip
STRICT = ("namespace", "name", "resource", "integer", "image", "duration", "choice")


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_action_is_told_in_both_languages(name):
    assert set(CATALOGUE[name].about) == {"en", "ru"}
    assert CATALOGUE[name].name.startswith(CATALOGUE[name].system)


def test_what_the_issue_asks_for_is_there():
    assert {action.operation for action in CATALOGUE.values()} >= {
        "get", "describe", "logs", "top_pods", "top_nodes", "events", "rollout_status", "rollout_restart",
        "rollout_undo", "scale", "set_image", "cordon", "uncordon", "delete_pod", "apply", "query",
        "query_range", "silence", "trigger", "clear", "set_alias", "compare_runs", "index_rollback",
    }  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("kind", STRICT)
def test_what_could_become_another_argument_is_no_value(kind, value):
    assert read_value(kind, value) is None


@pytest.mark.parametrize("value", ["--kubeconfig=/x", "-o", "../x", "a b", "a;b", "$(id)", "a\nb", "@x"])
def test_an_id_holds_no_option_and_no_space(value):
    assert read_value("key", value) is None


@pytest.mark.parametrize("kind", ["text", "promql"])
def test_a_line_holds_no_control_or_direction_marks(kind):
    for value in ("a\x00", "a\x1b[31m", "a\u202eb", "\ud800"):
        assert read_value(kind, value) is None


@pytest.mark.parametrize("value", [True, None, 1.5, ["api"], {"a": 1}, b"api"])
def test_what_is_neither_text_nor_number_is_no_value(value):
    assert read_value("name", value) is None


@pytest.mark.parametrize(
    ("image", "good"),
    [
        ("nginx:1.27", True),
        ("registry.example:5000/shop/api:1.2", True),
        ("api@sha256:" + "0" * 64, True),
        ("nginx", False),
        ("nginx:latest --privileged", False),
        ("NGINX:1", False),
    ],
)
def test_an_image_is_pinned(image, good):
    assert (read_value("image", image) == image) is good


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": "api"}, "missing_parameter"),
        ({"resource": "deployment", "name": "api", "replicas": 2, "kubeconfig": "/x"}, "unknown_parameter"),
        ({"resource": "deployment", "name": "api", "replicas": 101}, "bad_parameter"),
        ({"resource": "deployment", "name": "api", "replicas": -1}, "bad_parameter"),
        ({"resource": "daemonset", "name": "api", "replicas": 1}, "bad_parameter"),
        ({"resource": "deployment", "name": "api", "replicas": 1, "namespace": "Shop"}, "bad_parameter"),
    ],
)
def test_parameters_are_those_of_the_catalogue_within_its_limits(given, reason):
    with pytest.raises(ActionRefusedError) as caught:
        check_parameters(find_action("kubernetes.scale"), given)
    assert caught.value.reason == reason


def test_a_duration_has_limits():
    silence = find_action("alertmanager.silence")
    check_parameters(silence, {"alertname": "HighLatency", "duration": "2h30m"})
    for duration in ("1s", "400d", "9999999h"):
        with pytest.raises(ActionRefusedError):
            check_parameters(silence, {"alertname": "HighLatency", "duration": duration})


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("action", CATALOGUE.values(), ids=CATALOGUE)
def test_a_command_has_as_many_arguments_as_the_catalogue_says(action, value):
    """Whatever is given: it is refused, or stays within the one argument that it belongs to."""
    given = {parameter.name: value for parameter in action.parameters}
    try:
        parameters = check_parameters(action, given)
    except ActionRefusedError:
        return
    words = build_command(action, parameters)
    assert len(words) <= len(
        [word for part in action.command for word in ([part] if isinstance(part, str) else part)]
    )
    options = [word.split("=")[0] for word in words if word.startswith("-")]
    known = {
        word.split("=")[0]
        for part in action.command
        for word in ([part] if isinstance(part, str) else part)
        if word.startswith("-")
    }
    free = {p.name for p in action.parameters if p.kind in ("promql", "manifest", "text")}
    assert set(options) <= known or free


def test_optional_arguments_are_left_out_together():
    events = find_action("kubernetes.events")
    assert build_command(events, {"namespace": "shop", "resource": "pod"}) == (
        "kubectl", "events", "--namespace=shop",
    )  # fmt: skip
    assert build_command(events, {"namespace": "shop", "resource": "pod", "name": "a"})[2] == "--for=pod/a"


def test_an_unknown_action_is_refused():
    with pytest.raises(ActionRefusedError, match="no action"):
        find_action("kubernetes.exec")


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Bad Name"},
        {"changing": True},
        {"approve": ["sre"]},
        {"verification": "rollout"},
        {"command": ["kubectl", "top", "{node}"]},
        {"command": ["kubectl", "{namespace.__class__}"]},
        {"rollback": "kubernetes.nothing"},
        {"limit_s": 0},
        {"propose": []},
        {"shell": "kubectl top"},
    ],
)
def test_a_wrong_entry_is_refused(change):
    entry = CATALOGUE["kubernetes.top_nodes"].model_dump(mode="json") | change
    with pytest.raises(ValueError, match=r"."):
        read_catalogue(yaml.safe_dump([entry]))


def test_a_name_stands_once():
    entry = CATALOGUE["kubernetes.top_nodes"].model_dump(mode="json")
    with pytest.raises(ValueError, match="twice"):
        read_catalogue(yaml.safe_dump([entry, entry]))
