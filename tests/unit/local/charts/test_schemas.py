"""What kubeconform checks by: an API server's definitions, with each reference resolved."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from local.charts.schemas import write_schemas
from local.errors import StackError

OPENAPI = {
    "definitions": {
        "Thing": {
            "type": "object",
            "properties": {"port": {"$ref": "#/definitions/Port"}, "part": {"$ref": "#/definitions/Part"}},
            "x-kubernetes-group-version-kind": [{"group": "a.example", "version": "v1", "kind": "Thing"}],
        },
        "Port": {"type": "string", "format": "int-or-string"},
        "Part": {"type": "object", "properties": {"inner": {"$ref": "#/definitions/Part"}}},
    }
}


@pytest.fixture
def schema(tmp_path: Path) -> Draft7Validator:
    assert write_schemas(OPENAPI, tmp_path) == 1
    return Draft7Validator(json.loads((tmp_path / "thing-a-v1.json").read_text()))


@pytest.mark.parametrize("thing", [{"port": 80}, {"port": "http"}, {"part": {"inner": {"any": 1}}}])
def test_what_the_server_takes_is_taken(schema: Draft7Validator, thing: dict[str, object]) -> None:
    assert schema.is_valid(thing)


@pytest.mark.parametrize("thing", [{"prot": 80}, {"port": True}, {"part": {"iner": {}}}])
def test_what_it_does_not_know_is_refused(schema: Draft7Validator, thing: dict[str, object]) -> None:
    assert not schema.is_valid(thing)


def test_a_server_that_says_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="openapi"):
        write_schemas({}, tmp_path)
